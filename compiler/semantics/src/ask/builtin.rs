//! What the language has without a declaration, in a sentence each.

/// What a type or value that needs no import is.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, doc)| *doc)
}

const BUILTIN: &[(&str, &str)] = &[
    ("Int", "A whole number."),
    ("Count", "A number of things: a whole number."),
    ("String", "Text."),
    ("Bool", "`true` or `false`."),
    ("Duration", "A span of time: `30s`, `5m`, `2h`, `1d`."),
    ("Ratio", "A share of one, written as a percentage: `5%`."),
    ("Points", "A difference of two percentages: `2pp`."),
    ("Factor", "A factor: `1.5x`."),
    ("Rate", "Events per second: `450 req/s`."),
    ("Bytes", "A size: `512MiB`."),
    ("Money", "An amount of a currency: `0.02 EUR`."),
    ("Digest", "An artifact by its content: `sha256:` and 64 digits."),
    ("PromQl", "A query of Prometheus: `promql \"…\"`."),
    ("Sql", "A piece of SQL: `sql \"…\"`."),
    ("Date", "A day of the calendar: `2027-01-31`."),
    ("Time", "A time of the day: `09:00`."),
    ("Window", "When things may change: `mon..thu 09:00..16:00 in \"Europe/Berlin\"`."),
    ("Freeze", "Days on which nothing changes: `2026-12-20..2027-01-02 in \"Europe/Berlin\" because \"…\"`."),
    ("Environment", "The name of an environment."),
    ("Service", "The name of a service."),
    ("Secret", "A value that is known by where it is kept, and shown to nobody: `Secret<String>`."),
    ("List", "Values of one type, in order: `List<Ratio>`."),
    ("Map", "Values of one type, by text: `Map<String, Int>`."),
    ("Gate", "A gate, by the arms that it compares: `Gate<canary, stable>`."),
    ("none", "No value, where one may be absent."),
    ("secret", "A secret by where it is kept: `secret(\"file:/run/secrets/NAME\")`."),
];

/// How a method is called, and what it gives.
pub(crate) fn method(name: &str) -> Option<(&'static str, &'static str)> {
    METHODS.iter().find(|(known, _, _)| *known == name).map(|(_, written, doc)| (*written, *doc))
}

const METHODS: &[(&str, &str, &str)] = &[
    ("all", "all(x => condition)", "Whether the condition holds of every element."),
    ("any", "any(x => condition)", "Whether the condition holds of an element."),
    ("concat", "concat(list)", "This list and behind it the other."),
    ("contains", "contains(value)", "Whether the value is in it."),
    ("count", "count(x => condition)", "Of how many elements the condition holds."),
    ("ends_with", "ends_with(text)", "Whether it ends with the text."),
    ("filter", "filter(x => condition)", "What of it the condition holds of."),
    ("find", "find(x => condition)", "The first element of which the condition holds, if there is one."),
    ("first", "first()", "The first element, if there is one."),
    ("flatten", "flatten()", "The elements of the lists in this list."),
    ("get", "get(key)", "The value of that key, if there is one."),
    ("join", "join(between)", "The elements as one text, with `between` between them."),
    ("keys", "keys()", "The keys, in order."),
    ("last", "last()", "The last element, if there is one."),
    ("length", "length()", "How many elements, entries or characters there are."),
    ("lower", "lower()", "The text in small letters."),
    ("map", "map(x => value)", "What the function makes of each element."),
    ("max", "max()", "The largest element, if there is one."),
    ("min", "min()", "The smallest element, if there is one."),
    ("reversed", "reversed()", "The elements, last first."),
    ("sorted", "sorted()", "The elements, smallest first."),
    ("sorted_by", "sorted_by(x => key)", "The elements, that with the smallest key first."),
    ("split", "split(between)", "The parts of the text that `between` stands between."),
    ("starts_with", "starts_with(text)", "Whether it begins with the text."),
    ("sum", "sum()", "The sum of the elements."),
    ("trim", "trim()", "The text without space around it."),
    ("upper", "upper()", "The text in capital letters."),
    ("values", "values()", "The values, in the order of their keys."),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::methods_of;
    use crate::types::Type;

    #[test]
    fn everything_built_in_is_described() {
        let named_all = Type::builtin_names().all(|name| named(name).is_some());
        assert!(named_all);
        let int = || Box::new(Type::Int);
        let types = [Type::List(int()), Type::Map(int()), Type::String, Type::Optional(int()), Type::Range(int())];
        for (name, _) in types.iter().flat_map(methods_of) {
            assert!(method(name).is_some_and(|(written, _)| written.starts_with(name)), "{name}");
        }
    }
}
