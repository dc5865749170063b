//! The names that a declaration gives: its own, those of its parts and cases, and what an import brings.

use smol_str::SmolStr;
use syntax::ast::{Decl, DeclKind, Param, Range, TypeBody};

use crate::database::SourceFile;
use crate::elaborate::notes::{Meaning, Whose};
use crate::queries::module::named;
use crate::types::DeclId;

/// What the declaration names besides in its body, and whether the name is given there.
pub(crate) fn given(id: Option<&DeclId>, decl: &Decl) -> Vec<(Range, Meaning)> {
    let (Some(id), Some(name)) = (id, decl.name()) else { return Vec::new() };
    let mut found = vec![(name.range, Meaning::Declared(id.clone()))];
    for (whose, param) in params(id, &decl.kind) {
        found.push((param.name.range, Meaning::Part(whose, param.name.text.clone())));
    }
    if let DeclKind::Type(it) = &decl.kind
        && let TypeBody::Union(cases) = &it.body
    {
        found.extend(cases.iter().map(|case| (case.name.range, Meaning::Case(id.clone(), case.name.text.clone()))));
    }
    found
}

/// Everything that is written with a name and a type in a declaration's head, and whose it is.
pub(crate) fn params<'d>(id: &DeclId, kind: &'d DeclKind) -> Vec<(Whose, &'d Param)> {
    let own = |list: &'d [Param]| list.iter().map(|param| (Whose::of(id), param)).collect();
    match kind {
        DeclKind::Type(it) => match &it.body {
            TypeBody::Record(fields) => own(fields),
            TypeBody::Union(cases) => {
                let of = |case: &'d syntax::ast::Case| {
                    let whose = Whose::of_case(id, &case.name.text);
                    case.fields.iter().map(move |param| (whose.clone(), param))
                };
                cases.iter().flat_map(of).collect()
            }
            TypeBody::Refined { .. } | TypeBody::Error => Vec::new(),
        },
        DeclKind::Function(it) => own(&it.params),
        DeclKind::Strategy(it) => own(&it.params),
        DeclKind::Action(it) => own(&it.params),
        DeclKind::Workflow(it) => own(&it.params),
        DeclKind::Use(_) | DeclKind::Let(_) | DeclKind::Environment(_) | DeclKind::Service(_) => Vec::new(),
        DeclKind::Database(_) | DeclKind::Migration(_) | DeclKind::Released(_) | DeclKind::Metric(_) => Vec::new(),
        DeclKind::Slo(_) | DeclKind::Gate(_) | DeclKind::Group(_) | DeclKind::Flag(_) => Vec::new(),
        DeclKind::Policy(_) | DeclKind::Test(_) | DeclKind::Error(_) => Vec::new(),
    }
}

/// The module that an import names, with the place of its path, and what it takes from it.
pub(crate) struct Imported {
    pub(crate) module: SmolStr,
    pub(crate) path: Range,
    /// Each name there, where it stands, and where the name stands that it has here, if that is another.
    pub(crate) names: Vec<(DeclId, Range, Option<Range>)>,
}

/// What an import brings; nothing for another declaration, and for a module that is not there.
pub(crate) fn imported(db: &dyn salsa::Database, file: SourceFile, decl: &Decl) -> Option<Imported> {
    let DeclKind::Use(import) = &decl.kind else { return None };
    let written = import.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
    let (module, _) = named(db, file, &written)?;
    let path = import.path.first()?.range.to(import.path.last()?.range);
    let names = import.imports.iter().map(|it| {
        let id = DeclId { module: module.clone(), name: it.name.text.clone() };
        (id, it.name.range, it.alias.as_ref().map(|alias| alias.range))
    });
    Some(Imported { names: names.collect(), module, path })
}
