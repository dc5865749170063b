//! Lines of a text that is edited.

use ide::Lines;

#[test]
fn edited_lines_are_those_of_the_edited_text() {
    let edits: [(u32, u32, &str); 9] = [
        (0, 0, "a\nb"),
        (3, 3, "\n\n"),
        (1, 2, ""),
        (0, 4, "one\ntwo\nthree\n"),
        (3, 4, "\r\n"),
        (4, 5, ""),
        (0, 0, "\n"),
        (2, 9, "x\ny\nz"),
        (0, 9, ""),
    ];
    let (mut text, mut lines) = (String::new(), Lines::of(""));
    for (start, end, new) in edits {
        text.replace_range(start as usize..end as usize, new);
        lines.edit(start..end, new);
        assert_eq!(lines, Lines::of(&text), "{text:?} after {start}..{end} became {new:?}");
    }
}

#[test]
fn places_behind_the_end_are_the_end() {
    let text = "a\r\nbc";
    let lines = Lines::of(text);
    assert_eq!((lines.count(), lines.range(0, text), lines.range(1, text)), (2, 0..1, 3..5));
    assert_eq!((lines.range(9, text), lines.line_of(99), lines.start(u32::MAX)), (5..5, 1, 5));
}
