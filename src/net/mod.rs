//! TCP sockets whose reads and writes any thread can end by `shutdown`, with timeouts that can be relied on.
//!
//! That is what the standard library's are, but on Windows: there a thread that waits in `recv` sleeps on after
//! `shutdown`, and what a socket has done whose call timed out is unknown. So there they never block in a call.
//! This file and its neighbour import nothing of the crate: the tests' proxy takes them in too.
#![allow(dead_code)] // neither the crate nor the proxy needs all of it

#[cfg(windows)]
mod windows;

#[cfg(not(windows))]
pub(crate) use std::net::TcpStream;
#[cfg(windows)]
pub(crate) use windows::TcpStream;

/// A connection that a listener has taken in.
#[cfg(not(windows))]
#[allow(clippy::unnecessary_wraps)] // on Windows it can fail
pub(crate) fn accepted(tcp: std::net::TcpStream) -> std::io::Result<TcpStream> {
    Ok(tcp)
}

/// A connection that a listener has taken in.
#[cfg(windows)]
pub(crate) fn accepted(tcp: std::net::TcpStream) -> std::io::Result<TcpStream> {
    TcpStream::new(tcp)
}
