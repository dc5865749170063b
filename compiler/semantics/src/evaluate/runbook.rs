//! Links to what to read when something goes wrong: known when compiled, and links.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::Core;

/// Longest link: what browsers and chats take without cutting it.
const LENGTH_MAX: usize = 2_000;

impl Evaluator<'_> {
    /// `runbook "…"`, where it is written and is a link.
    pub(super) fn runbook(&mut self, url: Option<&Core>) -> Option<SmolStr> {
        let core = url?;
        let text = self.known_text(core)?;
        let Err(why) = is_link(&text) else { return Some(text) };
        let message = format!("a runbook is a link, but {why}");
        let diagnostic = Diagnostic::error(codes::NOT_A_LINK, core.span, message)
            .help("write where it is read: `runbook \"https://runbooks.example.com/shop\"`");
        self.report(diagnostic);
        None
    }
}

/// Whether a text is an absolute link by http or https that can be followed as it stands (RFC 3986, sections 2 and 3).
fn is_link(text: &str) -> Result<(), &'static str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return Err("this begins with neither `https://` nor `http://`") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("this one names a user, and whoever may see the plan would see it");
    }
    if !names_a_host(authority) {
        return Err("this one names no host");
    }
    if text.len() > LENGTH_MAX {
        return Err("this one has more than 2_000 characters");
    }
    let may_stand = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}".contains(c);
    if text.chars().all(may_stand) {
        Ok(())
    } else {
        Err("a character of this one has to be written as `%` and two digits")
    }
}

/// A name or an IPv4 address, or an IPv6 address in brackets, and a port or none.
fn names_a_host(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => return address.parse::<core::net::Ipv6Addr>().is_ok() && is_port(port),
        None => authority.find(':').map_or((authority, ""), |at| authority.split_at(at)),
    };
    let label = |label: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(fits)
    };
    host.strip_suffix('.').unwrap_or(host).split('.').all(label) && is_port(port)
}

/// Nothing, or `:` and a number that a port has.
fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::is_link;

    #[test]
    fn links_are_told_from_other_texts() {
        let good = [
            "https://runbooks.example.com/shop",
            "http://wiki/deploy?page=2#back",
            "https://10.0.0.1:8443/",
            "https://[2001:db8::1]:443/run%20book",
            "https://host.",
        ];
        good.iter().for_each(|text| assert_eq!(is_link(text), Ok(()), "{text}"));
        let bad = [
            "",
            "wiki/deploy",
            "ftp://host/x",
            "https://",
            "https:///x",
            "https://?x",
            "https://a..b/",
            "https://h:x/",
            "https://h:70000/",
            "https://[::g]/",
            "https://me:secret@host/",
            "https://host/a b",
            "https://höst/",
            "https://host/\n",
            "https://host/${x}",
            "javascript:alert(1)",
            "HTTPS://host/",
        ];
        bad.iter().for_each(|text| assert!(is_link(text).is_err(), "{text}"));
        assert!(is_link(&format!("https://host/{}", "a".repeat(2_000))).is_err());
    }
}
