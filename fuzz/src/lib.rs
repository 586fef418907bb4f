//! What the fuzz targets check, as plain functions of bytes: `fuzz_targets/` hands them what libFuzzer
//! comes upon, `tests/replay.rs` the seeds and the captures, on stable.

mod catalogue;
mod client;
mod declared;
mod packets;
#[path = "../../tests/reference/mod.rs"]
mod reference;

pub use catalogue::{assert_decodes, catalogue};
pub use client::{client, client_patiently, reached};
pub use packets::{packets, packets_thoroughly};
