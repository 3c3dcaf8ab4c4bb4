//! Whether a machine that an operator names is the one that this service runs on.

use std::net::IpAddr;
use std::time::Duration;

use gaze_domain::{Error, Result};
use tokio::net::{UdpSocket, lookup_host};

/// Longest wait for a name to be resolved.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest name of a host (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 255;

/// Refuses a name or an address that is not of this machine.
pub(super) async fn must_be_here(host: &str) -> Result<()> {
    for address in addresses(host).await {
        if is_own(address).await {
            return Ok(());
        }
    }
    let reason = "is not this machine; a folder store is kept on the machine of the service";
    Err(Error::invalid("hostname", reason))
}

async fn addresses(host: &str) -> Vec<IpAddr> {
    if let Ok(address) = host.parse() {
        return vec![address];
    }
    if host.len() > MAX_HOST {
        return Vec::new();
    }
    match tokio::time::timeout(PATIENCE, lookup_host((host, 0))).await {
        Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

/// Only an address of this machine can be bound to.
async fn is_own(address: IpAddr) -> bool {
    !address.is_unspecified()
        && !address.is_multicast()
        && UdpSocket::bind((address, 0)).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_machine_is_itself_and_no_other() {
        for (host, here) in [
            ("127.0.0.1", true),
            ("localhost", true),
            ("192.0.2.1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("host.invalid", false),
            ("", false),
        ] {
            assert_eq!(must_be_here(host).await.is_ok(), here, "{host}");
        }
    }
}
