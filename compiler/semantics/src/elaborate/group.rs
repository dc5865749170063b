//! Groups: members that are services, each once, in an order that does not lead back to itself.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{Group, Member, Name};

use super::Elaborator;
use super::names::suggest;
use crate::core::{Body, GroupBody, GroupMemberBody};
use crate::queries::source::Kind;

impl Elaborator<'_> {
    pub(super) fn group(&mut self, group: &Group) -> Body {
        let before = self.diagnostics.len();
        if group.members.is_empty() && !group.incomplete {
            let message = format!("group `{}` has no members", group.name.text);
            let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(group.name.range), message);
            self.report(diagnostic.help("name the services that change together"));
        }
        let mut members: Vec<GroupMemberBody> = Vec::new();
        for member in &group.members {
            self.member(&mut members, member);
        }
        if self.diagnostics.len() == before && !group.incomplete {
            for member in &group.members {
                member.after.iter().for_each(|name| self.predecessor(&members, member, name));
            }
        }
        if self.diagnostics.len() > before {
            return Body::Nothing;
        }
        match round(&members) {
            Some(path) => {
                self.leads_back(group, &path);
                Body::Nothing
            }
            None => Body::Group(GroupBody { members: in_order(members) }),
        }
    }

    fn member(&mut self, members: &mut Vec<GroupMemberBody>, member: &Member) {
        let Some(service) = self.declared(&member.service, Kind::Service) else { return };
        let (name, span) = (member.service.text.clone(), self.span(member.service.range));
        if let Some(first) = members.iter().find(|first| first.service == service) {
            let message = format!("`{name}` is in this group twice");
            let diagnostic = Diagnostic::error(codes::GROUP_MEMBER, span, message);
            return self.report(diagnostic.label("the second").also(first.span, "the first").help("remove one"));
        }
        let after = member.after.iter().map(|name| name.text.clone()).collect();
        members.push(GroupMemberBody { service, name, span, after });
    }

    fn predecessor(&mut self, members: &[GroupMemberBody], member: &Member, name: &Name) {
        self.note_name(&name.text, name.range);
        if members.iter().any(|known| known.name == name.text) {
            return;
        }
        let at = self.span(name.range);
        let message = format!("`{}` comes after `{}`, which is not in this group", member.service.text, name.text);
        let words: Vec<&str> = members.iter().map(|known| known.name.as_str()).collect();
        self.report(suggest(Diagnostic::error(codes::GROUP_MEMBER, at, message), at, &name.text, &words));
    }

    fn leads_back(&mut self, group: &Group, path: &[SmolStr]) {
        let Some(first) = path.first() else { return };
        let shown: Vec<String> = path.iter().chain([first]).map(|name| format!("`{name}`")).collect();
        let place = |name: &SmolStr| group.members.iter().find(|member| member.service.text == *name);
        let at = place(first).map_or(group.name.range, |member| member.range);
        let message = format!("`{first}` comes after itself");
        let mut diagnostic = Diagnostic::error(codes::GROUP_CYCLE, self.span(at), message)
            .note(format!("the way round: {}", shown.join(" after ")))
            .help("take one `after` out");
        for member in path.iter().skip(1).filter_map(place) {
            diagnostic = diagnostic.also(self.span(member.range), format!("by way of `{}`", member.service.text));
        }
        self.report(diagnostic);
    }
}

/// A way from a member back to it, if there is one.
fn round(members: &[GroupMemberBody]) -> Option<Vec<SmolStr>> {
    let after: BTreeMap<&SmolStr, &[SmolStr]> = members.iter().map(|it| (&it.name, it.after.as_slice())).collect();
    let mut left: BTreeSet<&SmolStr> = after.keys().copied().collect();
    // What waits for nothing that is left can go; what stays leads back to itself, or waits for what does.
    while let Some(free) = left.iter().copied().find(|name| after[*name].iter().all(|before| !left.contains(before))) {
        left.remove(free);
    }
    let mut path: Vec<SmolStr> = vec![(*left.first()?).clone()];
    loop {
        let last = path.last()?;
        let next = after.get(last)?.iter().find(|before| left.contains(before))?.clone();
        if let Some(at) = path.iter().position(|name| *name == next) {
            return Some(path.split_off(at));
        }
        path.push(next);
    }
}

/// Each behind those it comes after; in the order of the text otherwise.
fn in_order(mut members: Vec<GroupMemberBody>) -> Vec<GroupMemberBody> {
    let mut ordered: Vec<GroupMemberBody> = Vec::new();
    let placed = |ordered: &[GroupMemberBody], name: &SmolStr| ordered.iter().any(|it| it.name == *name);
    while let Some(at) = members.iter().position(|it| it.after.iter().all(|before| placed(&ordered, before))) {
        ordered.push(members.remove(at));
    }
    ordered
}
