//! The three ways to trust a server over TLS.
//!
//! `cargo run --example tls` shows them on a mock server with a self-signed certificate;
//! `cargo run --example tls -- HOST:PORT USER SECRET [CERTIFICATE.pem]` on a real one.

mod common;

use gami::mock::Mock;
use gami::{Client, Options, Tls};

fn main() -> gami::Result<()> {
    let server = common::server(|| Mock::builder().tls().start());
    let certificate = match (&server.mock, server.rest.first()) {
        (Some(mock), _) => Some(mock.certificate_pem().to_vec()),
        (None, Some(path)) => Some(std::fs::read(path).expect("the certificate can be read")),
        (None, None) => None,
    };

    // Trusted by the system: right for a certificate of a public authority, an error for a self-signed one.
    show("trusted", Options::new().tls(Tls::new()).dial(&server.address), &server)?;

    // Any certificate: encrypted, but whoever stands between can read it.
    show("any certificate", Options::new().tls(Tls::insecure()).dial(&server.address), &server)?;

    // The server's own certificate: the safe way for a self-signed one.
    if let Some(pem) = certificate {
        let tls = Tls::new().add_root_pem(&pem)?;
        show("its own certificate", Options::new().tls(tls).dial(&server.address), &server)?;
    }

    // A connector of one's own: client identities, protocol versions, ciphers.
    let connector = gami::native_tls::TlsConnector::builder()
        .min_protocol_version(Some(gami::native_tls::Protocol::Tlsv12))
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_hostnames(true)
        .build()
        .expect("a connector");
    show("own connector", Options::new().tls(Tls::with_connector(connector)).dial(&server.address), &server)
}

fn show(how: &str, dialed: gami::Result<Client>, server: &common::Server) -> gami::Result<()> {
    match dialed {
        Ok(ami) => {
            ami.login(&server.user, &server.secret)?;
            println!("{how}: logged in, {:?}", ami.action("Ping")?.get("Ping"));
            ami.close()
        }
        Err(error) => {
            println!("{how}: {error}");
            Ok(())
        }
    }
}
