//! The kinds of token.

use super::string::string;
use logos::Logos;

/// One token: its kind and its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte in the text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Token {
    /// The token's bytes.
    #[must_use]
    pub fn text<'s>(&self, source: &'s str) -> &'s str {
        source.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// What a token is.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Spaces, tabs, a byte order mark, a carriage return that ends no line.
    #[regex("[ \t\u{feff}\u{a0}]+|\r")]
    Space,
    /// `\n` or `\r\n`.
    #[regex("\r?\n")]
    Newline,
    /// `// ...` up to the end of the line.
    #[regex("//[^\r\n]*", allow_greedy = true)]
    Comment,
    /// `/// ...`: documentation of what follows.
    #[regex("///[^\r\n]*", priority = 100, allow_greedy = true)]
    Doc,
    /// A word.
    #[regex("[A-Za-z_][A-Za-z0-9_]*")]
    Word,
    /// A number with its unit, a date or a time: `1_000`, `0.3pp`, `450 req/s`, `0.02 EUR`, `2027-01-31`, `09:00`.
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?(%|[A-Za-z][A-Za-z0-9_]*)?")]
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)? +req/s")]
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)? +[A-Z][A-Z][A-Z]")]
    #[regex(r"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]")]
    #[regex(r"[0-9][0-9]?:[0-9][0-9]")]
    Number,
    /// A string, its interpolations included: on one line, or between three quotes on several.
    #[token("\"", string)]
    String,
    /// A string that its line ends before its closing quote does.
    UnfinishedString,
    /// `'...'`, which is not how the language writes strings.
    #[regex("'[^'\r\n]*'")]
    SingleQuoted,
    /// `{`
    #[token("{")]
    OpenBrace,
    /// `}`
    #[token("}")]
    CloseBrace,
    /// `(`
    #[token("(")]
    OpenParen,
    /// `)`
    #[token(")")]
    CloseParen,
    /// `[`
    #[token("[")]
    OpenBracket,
    /// `]`
    #[token("]")]
    CloseBracket,
    /// `<` of type arguments.
    OpenAngle,
    /// `>` of type arguments.
    CloseAngle,
    /// `,`
    #[token(",")]
    Comma,
    /// `:`
    #[token(":")]
    Colon,
    /// `=`
    #[token("=")]
    Equals,
    /// `==`
    #[token("==")]
    EqualEqual,
    /// `!=`
    #[token("!=")]
    NotEqual,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    LessEqual,
    /// `>`
    #[token(">")]
    Greater,
    /// `>=`
    #[token(">=")]
    GreaterEqual,
    /// `+`
    #[token("+")]
    Plus,
    /// `-`
    #[token("-")]
    Minus,
    /// `*`
    #[token("*")]
    Star,
    /// `/`
    #[token("/")]
    Slash,
    /// `.`
    #[token(".")]
    Dot,
    /// `..`
    #[token("..")]
    DotDot,
    /// `->`
    #[token("->")]
    Arrow,
    /// `=>`
    #[token("=>")]
    FatArrow,
    /// `|`
    #[token("|")]
    Bar,
    /// `?`
    #[token("?")]
    Question,
    /// `??`
    #[token("??")]
    QuestionQuestion,
    /// `@`
    #[token("@")]
    At,
    /// Anything else; after `#`, the rest of the line.
    #[regex("#[^\r\n]*", allow_greedy = true)]
    Unknown,
}

/// The three kinds of bracket that must balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bracket {
    Brace,
    Paren,
    Square,
}

impl Bracket {
    pub(crate) const ALL: [Self; 3] = [Self::Brace, Self::Paren, Self::Square];

    pub(crate) fn opener(self) -> TokenKind {
        match self {
            Self::Brace => TokenKind::OpenBrace,
            Self::Paren => TokenKind::OpenParen,
            Self::Square => TokenKind::OpenBracket,
        }
    }

    pub(crate) fn open(self) -> &'static str {
        match self {
            Self::Brace => "{",
            Self::Paren => "(",
            Self::Square => "[",
        }
    }

    pub(crate) fn close(self) -> &'static str {
        match self {
            Self::Brace => "}",
            Self::Paren => ")",
            Self::Square => "]",
        }
    }

    pub(crate) fn closer(self) -> TokenKind {
        match self {
            Self::Brace => TokenKind::CloseBrace,
            Self::Paren => TokenKind::CloseParen,
            Self::Square => TokenKind::CloseBracket,
        }
    }
}

impl TokenKind {
    /// Whether the parser never sees it: spaces, line ends, plain comments.
    #[must_use]
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Space | Self::Newline | Self::Comment)
    }

    pub(crate) fn opens(self) -> Option<Bracket> {
        Bracket::ALL.into_iter().find(|bracket| bracket.opener() == self)
    }

    pub(crate) fn closes(self) -> Option<Bracket> {
        Bracket::ALL.into_iter().find(|bracket| bracket.closer() == self)
    }

    /// An operator that stands between two operands, so that a line may end after it or begin with it.
    pub(crate) fn is_infix(self) -> bool {
        use TokenKind as T;
        matches!(
            self,
            T::EqualEqual
                | T::NotEqual
                | T::Less
                | T::LessEqual
                | T::Greater
                | T::GreaterEqual
                | T::Plus
                | T::Minus
                | T::Star
                | T::Slash
                | T::Dot
                | T::DotDot
                | T::QuestionQuestion
                | T::Bar
                | T::Arrow
                | T::FatArrow
                | T::Equals
                | T::Colon
        )
    }

    /// The sign as it is written, for kinds that have only one spelling.
    pub(crate) fn sign(self) -> Option<&'static str> {
        use TokenKind as T;
        Some(match self {
            T::Space
            | T::Newline
            | T::Comment
            | T::Doc
            | T::Word
            | T::Number
            | T::String
            | T::UnfinishedString
            | T::SingleQuoted
            | T::Unknown => return None,
            T::OpenBrace => "{",
            T::CloseBrace => "}",
            T::OpenParen => "(",
            T::CloseParen => ")",
            T::OpenBracket => "[",
            T::CloseBracket => "]",
            T::OpenAngle | T::Less => "<",
            T::CloseAngle | T::Greater => ">",
            T::Comma => ",",
            T::Colon => ":",
            T::Equals => "=",
            T::EqualEqual => "==",
            T::NotEqual => "!=",
            T::LessEqual => "<=",
            T::GreaterEqual => ">=",
            T::Plus => "+",
            T::Minus => "-",
            T::Star => "*",
            T::Slash => "/",
            T::Dot => ".",
            T::DotDot => "..",
            T::Arrow => "->",
            T::FatArrow => "=>",
            T::Bar => "|",
            T::Question => "?",
            T::QuestionQuestion => "??",
            T::At => "@",
        })
    }
}
