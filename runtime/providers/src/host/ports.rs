//! TCP ports of the loopback interface: free ones, and who holds a taken one.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};

use super::identity::{Stat, describe, pids};

/// Ports tried before giving up.
const ATTEMPTS: u16 = 200;
/// Lowest port that is handed out.
const FIRST: u16 = 20_000;

/// A port of 127.0.0.1 that nobody listens on. It lies below the kernel's range for outgoing connections, so
/// that no connection takes it between here and the moment a service binds it, or while it restarts.
pub(crate) fn free_port(skip: &[u16]) -> Result<u16, String> {
    let end = ephemeral_start().max(FIRST + 1000);
    let span = end - FIRST;
    let seed = u16::try_from(super::identity::boot_ms() % u64::from(span)).unwrap_or(0);
    for step in 0..ATTEMPTS.min(span) {
        let port = FIRST + (seed.wrapping_add(step.wrapping_mul(7919 % span))) % span;
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, port);
        if !skip.contains(&port) && TcpListener::bind(address).is_ok() {
            return Ok(port);
        }
    }
    Err(format!("no free port found between {FIRST} and {end} on 127.0.0.1"))
}

/// Whether somebody listens on, or keeps, this address.
pub(crate) fn taken(address: SocketAddr) -> bool {
    TcpListener::bind(address).is_err_and(|e| e.kind() == std::io::ErrorKind::AddrInUse)
}

/// The process that listens on a TCP port, when `/proc` tells (processes of other users are hidden).
pub(crate) fn holder(port: u16) -> Option<i32> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|text| listening_inodes(&text, port))
        .collect();
    pids().find(|pid| holds(*pid, &inodes))
}

/// The holder of an address in words, with the remedy when it is hidden.
pub(crate) fn holder_text(port: u16) -> String {
    match holder(port) {
        Some(pid) => describe(pid),
        None => format!("another process (find it with `ss -ltnp 'sport = :{port}'`)"),
    }
}

/// Whether `pid` is in the process group `group` or descends from a process of it.
pub(crate) fn belongs(pid: i32, group: i32) -> bool {
    let mut at = pid;
    for _ in 0..64 {
        match Stat::of(at) {
            Some(stat) if at == group || stat.group == group => return true,
            Some(stat) if stat.parent > 1 => at = stat.parent,
            _ => return false,
        }
    }
    false
}

fn ephemeral_start() -> u16 {
    let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    text.split_ascii_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(32_768)
}

// Columns of /proc/net/tcp: slot, local address, remote address, state (0A is LISTEN), …, the tenth is the inode.
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .map(|line| line.split_ascii_whitespace().collect::<Vec<_>>())
        .filter(|c| c.get(1).is_some_and(|a| a.ends_with(&suffix)) && c.get(3) == Some(&"0A"))
        .filter_map(|c| c.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect()
}

fn holds(pid: i32, inodes: &[String]) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .any(|target| inodes.iter().any(|inode| target.as_os_str() == inode.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_a_port_is_found_by_its_inode() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let me = i32::try_from(std::process::id()).unwrap();
        assert_eq!(holder(address.port()), Some(me));
        assert!(taken(address));
        assert!(belongs(me, Stat::of(me).unwrap().group));
        drop(listener);
        assert_eq!(holder(address.port()), None);
    }

    #[test]
    fn free_ports_avoid_those_already_promised() {
        let first = free_port(&[]).unwrap();
        let second = free_port(&[first]).unwrap();
        assert_ne!(first, second);
    }
}
