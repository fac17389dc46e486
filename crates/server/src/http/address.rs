//! Where a request comes from.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

/// The client's address: the peer's, or, behind trusted proxies, the nearest one they vouch for.
pub fn client_address(parts: &Parts, trusted: &[IpNet]) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip().to_canonical());
    resolve(peer, &parts.headers, trusted)
}

/// The part of an address that one person holds: all of IPv4, the /64 of IPv6.
pub fn source_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("{:x}:{:x}:{:x}:{:x}::/64", s[0], s[1], s[2], s[3])
        }
    }
}

/// Reads `X-Forwarded-For` from the right, as long as it was written by a proxy we trust.
fn resolve(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut address = peer;
    let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
    for hop in lines.flat_map(|line| line.rsplit(',')) {
        if !is_trusted(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn via(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        resolve(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_stranger_cannot_forge_an_address() {
        assert_eq!(via("203.0.113.9", "198.51.100.1", &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(via("10.0.0.2", "192.0.2.66, 198.51.100.1", &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(via("10.0.0.2", "192.0.2.66, 198.51.100.1, 10.0.0.3", &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(via("10.0.0.2", "nonsense", &["10.0.0.0/8"]), "10.0.0.2");
    }

    #[test]
    fn ipv6_neighbours_share_a_source() {
        assert_eq!(source_of("2001:db8:1:2:3::1".parse().unwrap()), source_of("2001:db8:1:2:ffff::9".parse().unwrap()));
    }
}
