//! Whom an address on the internet stands for.

use std::net::{IpAddr, Ipv6Addr};

/// The address by which a client is told from others. Of IPv6 that is the network of 64 bits, since
/// a host may choose among all of its addresses (RFC 4862); an IPv4 address in IPv6's form is the
/// one that it holds.
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_stand_for_one_client() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            let found = household(address.parse().unwrap());
            assert_eq!(found, expected.parse::<IpAddr>().unwrap());
        }
    }
}
