use gami::{Client, Options, Tls};
use std::time::{Duration, Instant};
fn main() -> gami::Result<()> {
    let v = |k: &str| std::env::var(k).unwrap();
    for tls in [false, true] {
        let pem = std::fs::read(v("GAMI_ASTERISK_CA")).unwrap();
        let ami = if tls {
            Options::new().tls(Tls::new().add_root_pem(pem)?).dial(v("GAMI_ASTERISK_AMI_TLS"))?
        } else {
            Client::dial(v("GAMI_ASTERISK_AMI"))?
        };
        ami.login(v("GAMI_ASTERISK_USER"), v("GAMI_ASTERISK_SECRET"))?;
        println!("{:?}", ami.action("CoreSettings")?);
        let t = Instant::now();
        for _ in 0..5000 {
            ami.action("Ping")?;
        }
        println!("{:?} a ping", t.elapsed() / 5000);
        let ping = ami.async_action(("Ping", [("ActionID", "pingo")]))?;
        println!("{:?}", ping.recv());
        println!("{:?}", ami.action(("Command", [("Command", "core show uptime")]))?.output());
        println!("{:?}", ami.action("Foo").unwrap_err().to_string());
        println!("{:?}", ami.action(("Foo", [("a", "b\r\nc")])).unwrap_err().to_string());
        println!("{:?}", ami.events().recv_timeout(Duration::from_secs(1)));
        let t = Instant::now();
        ami.reconnect()?;
        println!("reconnect {:?} {:?}", t.elapsed(), ami.action("Ping")?);
        let t = Instant::now();
        ami.close()?;
        println!("close {:?} {:?}", t.elapsed(), ami);
        let bad = Client::dial(v("GAMI_ASTERISK_AMI"))?;
        let t = Instant::now();
        println!("{:?} {:?}", bad.login("admin", "x").unwrap_err().to_string(), t.elapsed());
        println!("{:?}", bad.net_errors().recv_timeout(Duration::from_secs(2)).map(|e| e.to_string()));
    }
    Ok(())
}
