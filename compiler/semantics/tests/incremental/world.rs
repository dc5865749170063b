//! Projects that can be edited by their meaning: declarations that know what they need, whatever file they stand in.

use std::collections::{BTreeMap, BTreeSet};

use crate::forms::{FORMS, Form, library};

#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) form: Form,
    pub(crate) name: String,
    /// The number of its file.
    pub(crate) home: usize,
    pub(crate) public: bool,
    /// One of its two signatures.
    pub(crate) shape: bool,
    /// Shows in its body.
    pub(crate) value: usize,
    /// The declarations that it names, in the order of its form.
    pub(crate) needs: Vec<usize>,
    pub(crate) gone: bool,
    /// Where it stands among those of its file.
    pub(crate) rank: usize,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    /// Lines of comment at its top.
    pub(crate) comments: usize,
    /// A name that it imports from where it is not, or does not use.
    pub(crate) astray: Option<usize>,
    /// An import that was forgotten.
    pub(crate) forgotten: Option<usize>,
    pub(crate) gone: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) files: Vec<File>,
    /// What users still call a declaration, and which signature they believe it has.
    pub(crate) believed: BTreeMap<usize, (String, bool)>,
    names: usize,
}

impl World {
    /// Two of everything, in so many files.
    pub(crate) fn new(files: usize) -> Self {
        let mut world =
            Self { declarations: Vec::new(), files: vec![File::default(); files], believed: BTreeMap::new(), names: 0 };
        for team in 0..2 {
            for (at, form) in FORMS.iter().enumerate() {
                let home = (at * files / FORMS.len() + team).min(files - 1);
                world.add(*form, home, |of| of.last().copied());
            }
        }
        world
    }

    /// Declares one more, which needs the chosen one of those before it that have the right form.
    pub(crate) fn add(&mut self, form: Form, home: usize, mut choose: impl FnMut(&[usize]) -> Option<usize>) {
        let needs: Option<Vec<usize>> = form.needs().iter().map(|form| choose(&self.those_of(*form, home))).collect();
        let Some(needs) = needs else { return };
        let name = self.new_name(form);
        let rank = self.declarations.len();
        let it = Declaration { form, name, home, public: true, shape: false, value: 1, needs, gone: false, rank };
        self.declarations.push(it);
    }

    /// Those of a form that a file may name without a way round between files.
    fn those_of(&self, form: Form, home: usize) -> Vec<usize> {
        let fits = |it: &Declaration| it.form == form && it.home <= home && !it.gone;
        (0..self.declarations.len()).filter(|at| fits(&self.declarations[*at])).collect()
    }

    pub(crate) fn new_name(&mut self, form: Form) -> String {
        self.names += 1;
        format!("{}_{}", form.word(), self.names)
    }

    pub(crate) fn users(&self, of: usize) -> impl Iterator<Item = &Declaration> {
        self.declarations.iter().filter(move |it| !it.gone && it.needs.contains(&of))
    }

    /// Whether a declaration can stand there so that no two files import each other.
    pub(crate) fn may_move(&self, at: usize, home: usize) -> bool {
        let needed = self.declarations[at].needs.iter().all(|need| self.declarations[*need].home <= home);
        needed && self.users(at).all(|user| user.home >= home)
    }

    pub(crate) fn path(file: usize) -> String {
        if file.is_multiple_of(2) { format!("part_{file}.deploy") } else { format!("team/part_{file}.deploy") }
    }

    fn module(file: usize) -> String {
        Self::path(file).trim_end_matches(".deploy").replace('/', ".")
    }

    /// The files that there are, by path.
    pub(crate) fn sources(&self) -> BTreeMap<String, String> {
        let there = (0..self.files.len()).filter(|file| !self.files[*file].gone);
        there.map(|file| (Self::path(file), self.source(file))).collect()
    }

    fn source(&self, file: usize) -> String {
        let mut here: Vec<&Declaration> = self.declarations.iter().filter(|it| it.home == file && !it.gone).collect();
        here.sort_by_key(|it| it.rank);
        let mut text = "// A line above.\n".repeat(self.files[file].comments);
        text.push_str(&self.imports(file, &here));
        for declaration in here {
            text.push_str(&self.declared(declaration));
            text.push_str("\n\n");
        }
        text
    }

    fn imports(&self, file: usize, here: &[&Declaration]) -> String {
        let mut from: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let needed: BTreeSet<usize> = here.iter().flat_map(|it| it.needs.iter().copied()).collect();
        for at in needed.into_iter().filter(|at| self.files[file].forgotten != Some(*at)) {
            let home = self.declarations[at].home;
            if home != file {
                from.entry(Self::module(home)).or_default().insert(self.called(at));
            }
        }
        if let Some(at) = self.files[file].astray {
            from.entry(Self::module((file + 1) % self.files.len())).or_default().insert(self.called(at));
        }
        for (module, name) in here.iter().flat_map(|it| library(it.form)) {
            from.entry((*module).to_owned()).or_default().insert((*name).to_owned());
        }
        let lines = from
            .into_iter()
            .map(|(module, names)| format!("use {module}.{{{}}}\n", names.into_iter().collect::<Vec<_>>().join(", ")));
        lines.collect()
    }

    /// What its users call a declaration.
    fn called(&self, at: usize) -> String {
        self.believed.get(&at).map_or(&self.declarations[at].name, |(name, _)| name).clone()
    }

    fn shape_of(&self, at: usize) -> bool {
        self.believed.get(&at).map_or(self.declarations[at].shape, |(_, shape)| *shape)
    }

    fn declared(&self, it: &Declaration) -> String {
        let mut text = String::new();
        if it.public && it.form.is_named() {
            text.push_str("pub ");
        }
        text.push_str(&it.form.template(it.shape).replace("§n", &it.name).replace("§v", &it.value.to_string()));
        for (at, need) in it.needs.iter().enumerate() {
            let more = self.declarations[*need].form.passed(self.shape_of(*need));
            text = text.replace(&format!("§+{at}"), more).replace(&format!("§{at}"), &self.called(*need));
        }
        text
    }
}
