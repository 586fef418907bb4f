//! The limit for many threads on one connection: they hand a token to the one that reads, and nothing else.
//!
//! A token is a `Ping` that was made before, and its way is that of an action: over the same kind of socket to the
//! same server, and by its number back to the thread that waits. Nothing is encoded, kept in a table, or looked at.
//! What is queued while others are about to take their tokens goes out with theirs, in one system call.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread::{self, Thread};

use memchr::memmem;

use super::{floor, measure_between, Sample};

/// How a thread waits for its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// It parks.
    Asleep,
    /// It yields its core until the token is there.
    Awake,
}

struct Tokens {
    tcp: TcpStream,
    queued: Mutex<Vec<u8>>,
    wire: Mutex<Vec<u8>>,
    /// How many tokens are back and were not taken yet.
    back: AtomicUsize,
}

/// So many threads, each of which has its token go round so often.
pub fn go_round(address: &str, threads: usize, each: usize, wait: Wait) -> Sample {
    let tokens = Tokens {
        tcp: floor::connect(address),
        queued: Mutex::default(),
        wire: Mutex::default(),
        back: AtomicUsize::new(0),
    };
    let is_back: Vec<AtomicBool> = (0..threads).map(|_| AtomicBool::new(false)).collect();
    let (start, done, end) = (Barrier::new(threads + 1), Barrier::new(threads + 1), Barrier::new(threads + 2));
    let (tokens, is_back, start, done, end) = (&tokens, &is_back, &start, &done, &end);
    thread::scope(|scope| {
        let waiting: Vec<Thread> = (0..threads)
            .map(|number| {
                let work = move || {
                    let token = floor::ping(number);
                    start.wait();
                    (0..each).for_each(|_| tokens.send(token.as_bytes(), &is_back[number], wait));
                    done.wait();
                    end.wait();
                };
                scope.spawn(work).thread().clone()
            })
            .collect();
        scope.spawn(move || {
            tokens.hand_back(threads * each, |number| {
                is_back[number].store(true, Ordering::Release);
                if wait == Wait::Asleep {
                    waiting[number].unpark();
                }
            });
            end.wait();
        });
        measure_between(start, done, end)
    })
}

impl Tokens {
    fn send(&self, token: &[u8], is_back: &AtomicBool, wait: Wait) {
        self.queued.lock().expect("no panic").extend_from_slice(token);
        if self.back.load(Ordering::SeqCst) == 0 {
            self.flush();
        }
        while !is_back.swap(false, Ordering::Acquire) {
            match wait {
                Wait::Asleep => thread::park(),
                Wait::Awake => thread::yield_now(),
            }
        }
        if self.back.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.flush();
        }
    }

    fn flush(&self) {
        while let Ok(mut wire) = self.wire.try_lock() {
            std::mem::swap(&mut *wire, &mut *self.queued.lock().expect("no panic"));
            (&self.tcp).write_all(&wire).expect("the server of the benchmark");
            wire.clear();
            drop(wire);
            if self.queued.lock().expect("no panic").is_empty() {
                return;
            }
        }
    }

    /// Reads until so many tokens are back, and tells the number of each.
    fn hand_back(&self, mut left: usize, tell: impl Fn(usize)) {
        let end = memmem::Finder::new(b"\r\n\r\n");
        let before = b"Response: Success\r\nActionID: ".len() + floor::ping_prefix().len();
        let mut buffer = vec![0; 64 * 1024];
        let mut kept = 0;
        let mut numbers = Vec::new();
        while left > 0 {
            let read = (&self.tcp).read(&mut buffer[kept..]).expect("the server of the benchmark");
            assert_ne!(read, 0, "the server went away");
            let data = &buffer[..kept + read];
            let mut rest = 0;
            while let Some(at) = end.find(&data[rest..]) {
                let digits = data[rest + before..rest + at].iter().take_while(|byte| byte.is_ascii_digit());
                numbers.push(digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0')));
                rest += at + 4;
            }
            let all = data.len();
            buffer.copy_within(rest..all, 0);
            kept = all - rest;
            self.back.fetch_add(numbers.len(), Ordering::SeqCst);
            left -= numbers.len();
            numbers.drain(..).for_each(&tell);
        }
    }
}
