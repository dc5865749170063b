//! Rollouts of several services as one: each once, in an order that goes round nowhere.

use diagnostics::{Applicability, Diagnostic, Fix, codes, nearest};
use smol_str::SmolStr;
use syntax::ast::{Name, Together, TogetherMember};

use super::Elaborator;
use crate::core::{Body, Core, CoreKind, MemberBody, StepKindBody, TogetherBody};
use crate::elaborate::names::listed;
use crate::queries::body::body_of;
use crate::queries::source::Kind;
use crate::types::DeclId;

impl Elaborator<'_> {
    pub(super) fn together(&mut self, together: &Together) -> Option<StepKindBody> {
        let environment = self.entity(&together.environment, Kind::Environment);
        let strategy = self.strategy_use(&together.strategy);
        let before = self.diagnostics.len();
        let mut members: Vec<MemberBody> = Vec::new();
        for member in &together.members {
            self.joint_member(&mut members, member, &together.members);
        }
        if let Some(group) = &together.group {
            self.grouped(group, &mut members);
        }
        if self.diagnostics.len() == before {
            self.ordered(&members);
        }
        let whole = self.diagnostics.len() == before && !members.is_empty();
        let (environment, strategy) = (environment?, strategy?);
        let members = in_order(members)?;
        whole.then(|| StepKindBody::Together(Box::new(TogetherBody { environment, strategy, members })))
    }

    fn joint_member(&mut self, members: &mut Vec<MemberBody>, member: &TogetherMember, all: &[TogetherMember]) {
        let Some(name) = &member.service else { return };
        let span = self.span(member.range);
        let service = self.declared(name, Kind::Service);
        let named = service.clone().map(|id| Core::new(self.span(name.range), CoreKind::Entity(id)));
        let release = self.release(&member.release, named.as_ref());
        let after = member.after.iter().filter(|other| self.is_member(other, all)).map(|it| it.text.clone()).collect();
        let Some(service) = service else { return };
        if let Some(first) = members.iter().find(|first| first.service == service) {
            let message = format!("`{}` is rolled out twice together", name.text);
            let diagnostic = Diagnostic::error(codes::MEMBERS, span, message).label("the second");
            return self.report(diagnostic.also(first.span, "the first").help("keep one of them"));
        }
        members.push(MemberBody { span, name: name.text.clone(), service, release, after });
    }

    /// A group has exactly these members, and adds its order to theirs.
    fn grouped(&mut self, group: &Name, members: &mut [MemberBody]) {
        let Some(id) = self.declared(group, Kind::Group) else { return };
        let Body::Group(body) = body_of(self.db, &id) else { return };
        let named = |service: &DeclId| members.iter().find(|member| member.service == *service);
        let missing: Vec<&str> =
            body.members.iter().filter(|it| named(&it.service).is_none()).map(|it| it.name.as_str()).collect();
        let strange = members.iter().find(|it| !body.members.iter().any(|member| member.service == it.service));
        let at = self.span(group.range);
        if let Some(strange) = strange {
            let message = format!("`{}` is no member of the group `{}`", strange.name, group.text);
            let diagnostic = Diagnostic::error(codes::MEMBERS, strange.span, message).also(at, "the group");
            return self.report(diagnostic.help("add it to the group, or leave the group's name out"));
        }
        if !missing.is_empty() {
            let message = format!("the group `{}` also has {}", group.text, listed(&missing));
            let diagnostic = Diagnostic::error(codes::MEMBERS, at, message);
            return self.report(diagnostic.help("roll all of them out, or leave the group's name out"));
        }
        let before = |of: &DeclId| -> Vec<SmolStr> {
            let own = body.members.iter().find(|member| member.service == *of);
            let after = own.iter().flat_map(|own| &own.after);
            let ids = after.filter_map(|name| Some(&body.members.iter().find(|member| member.name == *name)?.service));
            ids.filter_map(|id| Some(named(id)?.name.clone())).collect()
        };
        let more: Vec<Vec<SmolStr>> = members.iter().map(|member| before(&member.service)).collect();
        for (member, more) in members.iter_mut().zip(more) {
            let new = more.into_iter().filter(|name| !member.after.contains(name)).collect::<Vec<_>>();
            member.after.extend(new);
        }
    }

    fn is_member(&mut self, name: &Name, all: &[TogetherMember]) -> bool {
        self.note_name(&name.text, name.range);
        let names = || all.iter().filter_map(|member| Some(member.service.as_ref()?.text.as_str()));
        if names().any(|member| member == name.text) {
            return true;
        }
        let at = self.span(name.range);
        let message = format!("`{}` is not rolled out together with the others", name.text);
        let mut diagnostic = Diagnostic::error(codes::MEMBERS, at, message);
        diagnostic = match nearest(&name.text, names()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(Fix::replace(
                format!("write `{near}`"),
                at,
                near,
                Applicability::Guess,
            )),
            None => diagnostic.help("add it between the braces, or roll it out in a step of its own before"),
        };
        self.report(diagnostic);
        false
    }

    /// Reports members that wait for each other, as a path.
    fn ordered(&mut self, members: &[MemberBody]) {
        let Some(round) = round(members) else { return };
        let Some(first) = round.first() else { return };
        let path: Vec<String> = round.iter().chain([first]).map(|it| format!("`{}`", it.name)).collect();
        let message = format!("these come after each other: {}", path.join(" after "));
        let mut diagnostic = Diagnostic::error(codes::MEMBER_CYCLE, first.span, message);
        for member in round.iter().skip(1) {
            diagnostic = diagnostic.also(member.span, "waits too");
        }
        self.report(diagnostic.help("take one `after` out"));
    }
}

/// Members that wait for each other, if some do.
fn round(members: &[MemberBody]) -> Option<Vec<&MemberBody>> {
    let find = |name: &SmolStr| members.iter().find(|member| member.name == *name);
    for start in members {
        let mut path = vec![start];
        let mut seen = vec![&start.name];
        // Depth first over what comes before, each member once.
        while let Some(last) = path.last() {
            if last.after.contains(&start.name) {
                return Some(path);
            }
            match last.after.iter().filter_map(find).find(|next| !seen.contains(&&next.name)) {
                Some(next) => {
                    seen.push(&next.name);
                    path.push(next);
                }
                None => {
                    path.pop();
                }
            }
        }
    }
    None
}

/// The members, each behind those that it comes after, otherwise as they are written.
fn in_order(mut left: Vec<MemberBody>) -> Option<Vec<MemberBody>> {
    let mut ordered: Vec<MemberBody> = Vec::new();
    while !left.is_empty() {
        let waits = |member: &MemberBody| left.iter().any(|other| member.after.contains(&other.name));
        let next = left.iter().position(|member| !waits(member))?;
        ordered.push(left.remove(next));
    }
    Some(ordered)
}
