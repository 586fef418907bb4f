//! The three ways to trust a server over TLS.
//!
//! `cargo run --example tls` shows them on a mock server with a self-signed certificate;
//! `cargo run --example tls -- HOST:PORT USER SECRET [CERTIFICATE.pem]` on a real one.

mod common;

use gami::mock::Mock;
use gami::{Options, Tls};

fn main() -> gami::Result<()> {
    let server = common::server(|| Mock::builder().tls().start());
    let certificate = match (&server.mock, server.rest.first()) {
        (Some(mock), _) => Some(mock.certificate_pem().to_vec()),
        (None, Some(path)) => Some(std::fs::read(path).expect("the certificate can be read")),
        (None, None) => None,
    };

    // Trusted by the system: right for a certificate of a public authority, an error for a self-signed one.
    show("trusted", Tls::new(), &server)?;

    // Any certificate: encrypted, but whoever stands between can read it.
    show("any certificate", Tls::insecure(), &server)?;

    // The server's own certificate: the safe way for a self-signed one.
    if let Some(pem) = certificate {
        show("its own certificate", Tls::new().add_root_pem(&pem)?, &server)?;
    }

    // A connector of one's own: client identities, protocol versions, ciphers.
    let connector = gami::native_tls::TlsConnector::builder()
        .min_protocol_version(Some(gami::native_tls::Protocol::Tlsv12))
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_hostnames(true)
        .build()
        .expect("a connector");
    show("own connector", Tls::with_connector(connector), &server)
}

fn show(how: &str, tls: Tls, server: &common::Server) -> gami::Result<()> {
    match Options::new().tls(tls).connect(&server.address, &server.user, &server.secret) {
        Ok(ami) => {
            println!("{how}: logged in, {:?}", ami.action("Ping")?.get("Ping"));
            ami.close()
        }
        Err(error) => {
            println!("{how}: {error}");
            Ok(())
        }
    }
}
