//! "Did you mean": the known word nearest to what was written.

/// The candidate nearest to `word`, if it is near enough to be a slip of the keyboard.
///
/// Distance is Damerau-Levenshtein; at most a third of the word's length may differ, at least one letter.
/// Ties go to the candidate that comes first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (word.chars().count().min(64) / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word && candidate.len().abs_diff(word.len()) <= limit * 4)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let words = ["service", "strategy", "slo", "to"];
        let table = [
            ("servce", Some("service")),
            ("stratgey", Some("strategy")),
            ("sol", Some("slo")),
            ("banana", None),
            ("x", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, words), expected, "{word}");
        }
    }
}
