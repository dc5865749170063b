//! What the parser makes of every construct: names, shapes, places.

use diagnostics::FileId;
use syntax::ast::{Decl, DeclKind, Expr, ExprKind, Literal, Pattern, Range};
use syntax::walk::{self, Visitor};
use syntax::{items, parse, parse_item};

const EXAMPLES: [&str; 2] = [include_str!("../data/example.deploy"), include_str!("../data/everything.deploy")];

fn value(text: &str) -> Expr {
    let source = format!("let x: T = {text}");
    let parsed = parse_item(&source, FileId(0));
    assert_eq!(parsed.diagnostics, [], "{text}");
    let DeclKind::Let(binding) = parsed.decl.kind else { panic!("{text} is a value") };
    binding.value
}

/// An expression with every operation in parentheses.
fn grouped(expr: &Expr) -> String {
    let list = |list: &[Expr]| list.iter().map(grouped).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Literal(Literal::Int(value)) => value.to_string(),
        ExprKind::Literal(literal) => format!("{literal:?}"),
        ExprKind::Str(parts) => format!("{parts:?}"),
        ExprKind::Foreign(language, parts) => format!("{} {parts:?}", language.word()),
        ExprKind::Name(name) => name.to_string(),
        ExprKind::Field(x, name) => format!("({}.{})", grouped(x), name.text),
        ExprKind::Call(callee, args) => {
            let args: Vec<Expr> = args.iter().map(|arg| arg.value.clone()).collect();
            format!("({}({}))", grouped(callee), list(&args))
        }
        ExprKind::Record(ty, fields) => {
            let ty = ty.as_ref().map_or("", |ty| ty.text.as_str());
            let fields: Vec<String> =
                fields.list.iter().map(|field| format!("{}={}", field.name.text, grouped(&field.value))).collect();
            format!("{ty}{{{}}}", fields.join(", "))
        }
        ExprKind::List(inside) => format!("[{}]", list(inside)),
        ExprKind::Unary(op, x) => format!("({op:?} {})", grouped(x)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", grouped(a), op.text(), grouped(b)),
        ExprKind::Interval(a, b) => format!("({}..{})", grouped(a), grouped(b)),
        ExprKind::If(a, b, c) => format!("(if {} then {} else {})", grouped(a), grouped(b), grouped(c)),
        ExprKind::Lambda(params, body) => {
            let params: Vec<&str> = params.iter().map(|name| name.text.as_str()).collect();
            format!("({} => {})", params.join(" "), grouped(body))
        }
        ExprKind::When(value, arms) => {
            let arms = arms.iter().map(|arm| {
                let pattern = arm.pattern.as_ref().map_or("else".to_owned(), shown);
                format!("{pattern} => {}", grouped(&arm.value))
            });
            format!("(when {} {{{}}})", grouped(value), arms.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Is(value, pattern) => format!("({} is {})", grouped(value), shown(pattern)),
        ExprKind::Window(window) => {
            let days = window.days.as_ref().map(|(first, last)| {
                (first.text.as_str(), last.as_ref().map_or(first.text.as_str(), |last| last.text.as_str()))
            });
            let except: Vec<String> = window.except.iter().map(|it| format!("{}..{}", it.first, it.last)).collect();
            format!("window {days:?} {}..{} except {except:?}", window.from, window.to)
        }
        ExprKind::Freeze(freeze) => format!("freeze {}..{}", freeze.days.first, freeze.days.last),
        ExprKind::Error => "?".to_owned(),
    }
}

fn shown(pattern: &Pattern) -> String {
    let binders: Vec<&str> = pattern.binders.iter().map(|name| name.text.as_str()).collect();
    format!("{}({})", pattern.case.text, binders.join(" "))
}

#[test]
fn precedence() {
    let table = [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("-a.b(c)", "(Negate ((a.b)(c)))"),
        ("a ?? b ?? 1 + 2", "(a ?? (b ?? (1 + 2)))"),
        ("1 + 1..2 * 3", "((1 + 1)..(2 * 3))"),
        ("not a == b and c or d", "(((Not (a == b)) and c) or d)"),
        ("a <= b + 1", "(a <= (b + 1))"),
        ("if a < 1 then b else c + 1", "(if (a < 1) then b else (c + 1))"),
        ("f(x, k = [1, 2])", "(f(x, [1, 2]))"),
        ("T { a = 1, b = { c = 2 } }", "T{a=1, b={c=2}}"),
        ("promql \"up\"", "promql [Text(\"up\")]"),
        ("f(sql \"a = $release\", sql)", "(f(sql [Text(\"a = $release\")], sql))"),
        ("{}", "{}"),
        ("(1)", "1"),
        ("a\n  + b", "(a + b)"),
        ("a +\n  b", "(a + b)"),
        ("x => x + 1", "(x => (x + 1))"),
        ("a.map((x, y) => x and y)", "((a.map)((x y => (x and y))))"),
        ("() => 1", "( => 1)"),
        ("f(x => y => x, (z))", "(f((x => (y => x)), z))"),
        (
            "if a is some(b) and not c is none then b else c",
            "(if ((a is some(b)) and (Not (c is none()))) then b else c)",
        ),
        ("when a { case(x, y) => x\n other => 1\n else => 2 }", "(when a {case(x y) => x, other() => 1, else => 2})"),
        ("when a.b { else => if c then 1 else 2 }", "(when (a.b) {else => (if c then 1 else 2)})"),
        ("mon..thu 09:00..16:00 in \"Europe/Berlin\"", "window Some((\"mon\", \"thu\")) 540..960 except []"),
        (
            "sat 22:00..24:00 in \"UTC\" except 2026-12-26",
            "window Some((\"sat\", \"sat\")) 1320..1440 except [\"2026-12-26..2026-12-26\"]",
        ),
        (
            "09:00..16:00 in \"UTC\"\n  except [2026-01-01, 2026-12-24..2026-12-26]",
            "window None 540..960 except [\"2026-01-01..2026-01-01\", \"2026-12-24..2026-12-26\"]",
        ),
        ("2026-12-20..2027-01-02 in \"UTC\" because \"rest\"", "freeze 2026-12-20..2027-01-02"),
        ("mon + tue", "(mon + tue)"),
    ];
    for (text, expected) in table {
        assert_eq!(grouped(&value(text)), expected, "{text}");
    }
}

#[test]
fn literals() {
    let table = [
        ("9_223_372_036_854_775_807", "Int(9223372036854775807)"),
        ("0.50", "Decimal(0.50)"),
        ("100ms", "Quantity(100, Milliseconds)"),
        ("0.3pp", "Quantity(0.3, Points)"),
        ("14.4x", "Quantity(14.4, Factor)"),
        ("99.95%", "Quantity(99.95, Percent)"),
        ("1_000 req/s", "Quantity(1000, RequestsPerSecond)"),
        ("0.02 EUR", "Quantity(0.02, Money([69, 85, 82]))"),
        ("64KiB", "Quantity(64, Kibibytes)"),
        ("true", "Bool(true)"),
        ("2027-01-31", "Date(2027-01-31)"),
        ("09:30", "Time(570)"),
        ("24:00", "Time(1440)"),
    ];
    for (text, expected) in table {
        let ExprKind::Literal(literal) = value(text).kind else { panic!("{text} is a literal") };
        assert_eq!(format!("{literal:?}"), expected, "{text}");
    }
}

/// Every place in the tree, checked to lie inside its declaration.
struct Places<'t> {
    text: &'t str,
    seen: usize,
}

impl Places<'_> {
    fn check(&mut self, range: Range) {
        self.seen += 1;
        assert!(self.text.get(range.start as usize..range.end as usize).is_some(), "{range:?}");
    }
}

impl Visitor for Places<'_> {
    fn expr(&mut self, expr: &Expr) {
        self.check(expr.range);
        if let ExprKind::Name(name) = &expr.kind {
            assert_eq!(&self.text[expr.range.start as usize..expr.range.end as usize], name.as_str());
        }
    }

    fn mention(&mut self, name: &syntax::ast::Name) {
        assert_eq!(&self.text[name.range.start as usize..name.range.end as usize], name.text.as_str());
    }
}

#[test]
fn places_are_relative_to_their_declaration() {
    for text in EXAMPLES {
        for (item, range) in parse(text, FileId(0)).ast.items.iter().zip(items(text)) {
            assert_eq!(item.start, range.start);
            let mut places = Places { text: &text[range.start as usize..range.end as usize], seen: 0 };
            walk::decl(&item.decl, &mut places);
            if let Some(name) = item.decl.name() {
                assert_eq!(&places.text[name.range.start as usize..name.range.end as usize], name.text.as_str());
            }
        }
    }
}

#[test]
fn text_above_changes_no_declaration() {
    for text in EXAMPLES {
        let decls =
            |text: &str| parse(text, FileId(0)).ast.items.into_iter().map(|item| item.decl).collect::<Vec<Decl>>();
        assert_eq!(decls(text), decls(&format!("\n\n// above\n\n{text}")));
    }
}

#[test]
fn documentation_and_annotations() {
    let text = EXAMPLES[1];
    let parsed = parse(text, FileId(0));
    let process = &parsed.ast.items[1].decl;
    assert_eq!(process.docs, "How to reach a process.\nTwo lines of it.");
    assert_eq!(process.annotations[0].name.text, "provider");
    assert!(process.public.is_some());
}
