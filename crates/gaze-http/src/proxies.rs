//! Proxies before the service, and the clients behind them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use http::HeaderMap;

/// Networks whose hosts are believed about whom they speak for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Vec<(IpAddr, u8)>);

impl Proxies {
    /// Proxies on this machine.
    pub fn local() -> Self {
        Self(vec![
            (IpAddr::V4(Ipv4Addr::LOCALHOST), 8),
            (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
        ])
    }

    /// Reads addresses and networks such as `192.0.2.7` and `10.0.0.0/8`. The error is the entry
    /// that is neither.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a String>) -> Result<Self, &'a String> {
        let network = |entry: &'a String| {
            let (address, bits) = match entry.split_once('/') {
                Some((address, bits)) => (address, Some(bits)),
                None => (entry.as_str(), None),
            };
            let address: IpAddr = address.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
            (bits <= most).then_some((address, bits))
        };
        let networks = entries.into_iter().map(|entry| network(entry).ok_or(entry));
        networks.collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut networks = self.0.iter();
        networks.any(|(network, bits)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let unlike = network.to_bits() ^ address.to_bits();
                unlike.leading_zeros() >= u32::from(*bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let unlike = network.to_bits() ^ address.to_bits();
                unlike.leading_zeros() >= u32::from(*bits)
            }
            _ => false,
        })
    }

    /// The client for whom the proxy at `peer` speaks: what the nearest proxies wrote last into
    /// `X-Forwarded-For`. What stands before that anybody could have written.
    pub(crate) fn client(&self, headers: &HeaderMap, peer: SocketAddr) -> SocketAddr {
        let mut client = peer;
        for value in headers.get_all("x-forwarded-for").into_iter().rev() {
            let Ok(text) = value.to_str() else {
                return client;
            };
            for hop in text.rsplit(',') {
                let Some(address) = hop_address(hop.trim()) else {
                    return client;
                };
                client = SocketAddr::new(address, 0);
                if !self.has(address) {
                    return client;
                }
            }
        }
        client
    }
}

/// An address, with or without brackets and a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let with_port = |_| hop.parse::<SocketAddr>().map(|socket| socket.ip());
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(with_port).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(entries: &[&str]) -> Proxies {
        let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
        Proxies::parse(&entries).unwrap()
    }

    #[test]
    fn networks_are_read_and_hold_their_hosts() {
        let proxies = proxies(&["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"]);
        for (address, expected) in [
            ("10.255.0.1", true),
            ("11.0.0.1", false),
            ("192.0.2.7", true),
            ("192.0.2.6", false),
            ("::ffff:10.0.0.1", true),
            ("2001:db8:ffff::1", true),
            ("2001:db9::1", false),
        ] {
            assert_eq!(proxies.has(address.parse().unwrap()), expected, "{address}");
        }
        for entry in ["proxy.example", "10.0.0.0/33", "10.0.0.0/-1", "/8", ""] {
            let entries = [entry.to_owned()];
            assert_eq!(Proxies::parse(&entries), Err(&entries[0]));
        }
        assert!(Proxies::local().has("127.0.0.2".parse().unwrap()));
    }

    #[test]
    fn the_client_is_whom_the_nearest_proxies_name() {
        let proxies = proxies(&["10.0.0.0/8"]);
        let peer = "10.0.0.1:4000".parse().unwrap();
        for (values, expected) in [
            (&[][..], "10.0.0.1:4000"),
            (&["192.0.2.1"], "192.0.2.1:0"),
            // What the client wrote itself stands on the left.
            (&["127.0.0.1, 192.0.2.1"], "192.0.2.1:0"),
            (&["192.0.2.9", "192.0.2.1, 10.0.0.2"], "192.0.2.1:0"),
            (&["192.0.2.1:5000"], "192.0.2.1:0"),
            (&["[2001:db8::1]:80"], "[2001:db8::1]:0"),
            (&["nobody, 10.0.0.2"], "10.0.0.2:0"),
            (&["unknown"], "10.0.0.1:4000"),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let found = proxies.client(&headers, peer);
            assert_eq!(found, expected.parse().unwrap(), "{values:?}");
        }
    }
}
