//! The methods of the built-in types: which there are, and what each is called.

use crate::types::Type;

/// A method of a built-in type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    All,
    Any,
    Concat,
    Contains,
    Count,
    EndsWith,
    Filter,
    Find,
    First,
    Flatten,
    Get,
    Join,
    Keys,
    Last,
    Length,
    Lower,
    Map,
    Max,
    Min,
    Reversed,
    Sorted,
    SortedBy,
    Split,
    StartsWith,
    Sum,
    Trim,
    Upper,
    Values,
}

use Method as M;

const OF_LISTS: &[(&str, Method)] = &[
    ("all", M::All),
    ("any", M::Any),
    ("concat", M::Concat),
    ("contains", M::Contains),
    ("count", M::Count),
    ("filter", M::Filter),
    ("find", M::Find),
    ("first", M::First),
    ("flatten", M::Flatten),
    ("join", M::Join),
    ("last", M::Last),
    ("length", M::Length),
    ("map", M::Map),
    ("max", M::Max),
    ("min", M::Min),
    ("reversed", M::Reversed),
    ("sorted", M::Sorted),
    ("sorted_by", M::SortedBy),
    ("sum", M::Sum),
];

const OF_MAPS: &[(&str, Method)] =
    &[("contains", M::Contains), ("get", M::Get), ("keys", M::Keys), ("length", M::Length), ("values", M::Values)];

const OF_TEXT: &[(&str, Method)] = &[
    ("contains", M::Contains),
    ("ends_with", M::EndsWith),
    ("length", M::Length),
    ("lower", M::Lower),
    ("split", M::Split),
    ("starts_with", M::StartsWith),
    ("trim", M::Trim),
    ("upper", M::Upper),
];

const OF_OPTIONALS: &[(&str, Method)] = &[("filter", M::Filter), ("map", M::Map)];

const OF_RANGES: &[(&str, Method)] = &[("contains", M::Contains)];

/// The methods of a type, by name.
pub(crate) fn methods_of(ty: &Type) -> &'static [(&'static str, Method)] {
    match ty {
        Type::List(_) => OF_LISTS,
        Type::Map(_) => OF_MAPS,
        Type::String => OF_TEXT,
        Type::Optional(_) => OF_OPTIONALS,
        Type::Range(_) => OF_RANGES,
        Type::Int | Type::Count | Type::Bool | Type::Duration | Type::Ratio | Type::Points | Type::Factor => &[],
        Type::Rate | Type::Bytes | Type::Money | Type::Digest | Type::Date | Type::Time | Type::Secret(_) => &[],
        Type::Window | Type::Freeze | Type::Function(_) | Type::Record(_) | Type::Union(_) | Type::Refined(_) => &[],
        Type::Gate(_) | Type::Environment | Type::Service => &[],
        Type::Nothing | Type::PromQl | Type::Sql | Type::Error => &[],
    }
}

impl Method {
    /// The name it is called by.
    pub(crate) fn name(self) -> &'static str {
        let all = OF_LISTS.iter().chain(OF_MAPS).chain(OF_TEXT).chain(OF_OPTIONALS);
        all.into_iter().find(|(_, method)| *method == self).map_or("", |(name, _)| name)
    }
}
