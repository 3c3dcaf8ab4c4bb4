//! Which addresses an import may reach.
//!
//! A service that fetches what a tenant names can be made to reach what only it can reach: its
//! own ports, the metadata service, the operator's networks. So loopback, link-local, private and
//! other special addresses are refused unless the operator allows them. The check is made on the
//! address that is connected to, after every redirect and every look-up of a name, so neither a
//! redirect nor a change of DNS gets around it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use gaze_domain::{Error, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// What the operator allows beyond the public internet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    networks: Vec<(IpAddr, u8)>,
    hosts: Vec<String>,
}

impl Policy {
    /// Reads `10.0.0.0/8`, `fd00::/8`, `192.0.2.7` or `mirror.example.org`.
    pub(crate) fn parse(entries: &[String]) -> Result<Self> {
        let mut policy = Self::default();
        for entry in entries {
            let (address, bits) = match entry.split_once('/') {
                Some((address, bits)) => (address, Some(bits)),
                None => (entry.as_str(), None),
            };
            match (address.parse::<IpAddr>(), bits) {
                (Ok(address), bits) => {
                    let most = if address.is_ipv4() { 32 } else { 128 };
                    let bits = bits.map_or(Ok(most), str::parse::<u8>).unwrap_or(u8::MAX);
                    if bits > most {
                        return Err(unreadable(entry));
                    }
                    policy.networks.push((address, bits));
                }
                (Err(_), None) if !entry.is_empty() => {
                    policy.hosts.push(entry.to_ascii_lowercase());
                }
                (Err(_), _) => return Err(unreadable(entry)),
            }
        }
        Ok(policy)
    }

    /// Whether a connection to the address may be made.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        let address = embedded(address);
        is_public(address)
            || self
                .networks
                .iter()
                .any(|(net, bits)| within(address, *net, *bits))
    }

    fn trusts_host(&self, name: &str) -> bool {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.contains(&name)
    }

    /// Checks a URL whose host is an address; names are checked when they are looked up.
    pub(crate) fn check_url(&self, url: &reqwest::Url) -> std::result::Result<(), String> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("it leads to a {} URL", url.scheme()));
        }
        let host = url.host_str().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) if !self.allows(address) => Err(Forbidden.to_string()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Why a connection was not made; found again among the causes of the client's error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forbidden;

impl std::fmt::Display for Forbidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("its address is loopback, link-local, private or otherwise special")
    }
}

impl std::error::Error for Forbidden {}

fn unreadable(entry: &str) -> Error {
    let reason = format!("{entry:?} is neither an address, a network nor a host name");
    Error::invalid("allow_private_addresses", reason)
}

/// Looks names up and keeps only the addresses that the policy allows.
#[derive(Clone, Debug)]
pub(crate) struct GuardedResolver(pub(crate) std::sync::Arc<Policy>);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = std::sync::Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let trusted = policy.trusts_host(name.as_str());
            let allowed: Vec<SocketAddr> = found
                .filter(|address| trusted || policy.allows(address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(Forbidden.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// The IPv4 address that an IPv6 address stands for, where it stands for one: mapped, compatible,
/// NAT64 (RFC 6052) and 6to4 (RFC 3056) addresses reach it.
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else {
        return address;
    };
    let s = v6.segments();
    let low = Ipv4Addr::from((u32::from(s[6]) << 16) | u32::from(s[7]));
    match s {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => low.into(),
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => low.into(),
        [0x2002, high, low, ..] => Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)).into(),
        _ => address,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// The IANA IPv4 special-purpose registry's blocks that are not globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

/// Global unicast is `2000::/3`; of it, documentation and Teredo are not destinations.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    let global = s[0] & 0xe000 == 0x2000;
    let documentation = s[0] == 0x2001 && s[1] == 0x0db8;
    let special = s[0] == 0x2001 && s[1] < 0x0200;
    global && !documentation && !special
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(a.to_bits()), u128::from(n.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (a.to_bits(), n.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
    };
    let free = width - u32::from(bits);
    address.checked_shr(free).unwrap_or(0) == network.checked_shr(free).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_refused_in_every_disguise() {
        let policy = Policy::default();
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:a9fe:a9fe",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "::7f00:1",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!policy.allows(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_allowed() {
        let policy = Policy::default();
        for address in [
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "192.0.1.1",
        ] {
            assert!(policy.allows(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn the_operator_allows_networks_addresses_and_names() {
        let entries = ["10.0.0.0/8", "127.0.0.1", "fd00::/8", "Mirror.Example.org"];
        let policy = Policy::parse(&entries.map(String::from)).unwrap();
        for (address, allowed) in [
            ("10.255.0.1", true),
            ("11.0.0.1", true),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("fd12::1", true),
            ("fe80::1", false),
            ("192.168.0.1", false),
        ] {
            assert_eq!(
                policy.allows(address.parse().unwrap()),
                allowed,
                "{address}"
            );
        }
        assert!(policy.trusts_host("mirror.example.ORG."));
        for entry in ["10.0.0.0/33", "10.0.0/8", "", "fd00::/129"] {
            assert!(Policy::parse(&[entry.to_owned()]).is_err(), "{entry}");
        }
    }
}
