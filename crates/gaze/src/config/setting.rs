//! The types that a key can have, and how each is read from TOML and from a word.

use std::net::SocketAddr;
use std::path::PathBuf;

use gaze_app::RootDisks;

/// A value before its type is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Raw {
    /// From the environment or a flag: may stand for any type. Lists are separated by commas.
    Word(String),
    Text(String),
    Int(i64),
    List(Vec<Raw>),
    /// Something that no key takes, in words.
    Other(&'static str),
}

impl Raw {
    fn describe(&self) -> String {
        match self {
            Self::Word(text) | Self::Text(text) => format!("{text:?}"),
            Self::Int(number) => number.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Other(what) => (*what).to_owned(),
        }
    }

    fn expected(&self, kind: &str) -> String {
        format!("takes {kind}, not {}", self.describe())
    }
}

/// A type that a key can have.
pub(crate) trait Setting: Sized {
    /// With an article, to follow "takes".
    const KIND: &'static str;

    /// Fails with the end of a sentence that begins with the key's name.
    fn read(raw: &Raw) -> Result<Self, String>;

    /// As TOML; `None` if there is no value.
    fn show(&self) -> Option<String>;
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

impl Setting for String {
    const KIND: &'static str = "a string";

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) => Ok(text.clone()),
            other => Err(other.expected(Self::KIND)),
        }
    }

    fn show(&self) -> Option<String> {
        Some(quoted(self))
    }
}

impl Setting for Option<String> {
    const KIND: &'static str = "a string";

    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        Ok((!text.is_empty()).then_some(text))
    }

    fn show(&self) -> Option<String> {
        self.as_deref().map(quoted)
    }
}

impl Setting for PathBuf {
    const KIND: &'static str = "a path";

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) if !text.is_empty() => Ok(Self::from(text)),
            other => Err(other.expected(Self::KIND)),
        }
    }

    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string_lossy()))
    }
}

impl Setting for Option<PathBuf> {
    const KIND: &'static str = PathBuf::KIND;

    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw).map_err(|_no_text| raw.expected(Self::KIND))?;
        Ok((!text.is_empty()).then(|| PathBuf::from(text)))
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}

/// A text that is shown to nobody.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Hidden(pub(crate) Option<String>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(..)")
    }
}

impl Setting for Hidden {
    const KIND: &'static str = <Option<String>>::KIND;

    fn read(raw: &Raw) -> Result<Self, String> {
        // The complaint about a wrong type would repeat what was there.
        let text = <Option<String>>::read(raw);
        text.map(Self)
            .map_err(|_repeats| format!("takes {}", Self::KIND))
    }

    fn show(&self) -> Option<String> {
        self.0.as_ref().map(|_hidden| quoted("***"))
    }
}

impl Setting for SocketAddr {
    const KIND: &'static str = "an address and port such as 127.0.0.1:9292";

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) => text.parse().ok(),
            Raw::Int(_) | Raw::List(_) | Raw::Other(_) => None,
        }
        .ok_or_else(|| raw.expected(Self::KIND))
    }

    fn show(&self) -> Option<String> {
        Some(quoted(&self.to_string()))
    }
}

macro_rules! whole_numbers {
    ($($int:ty)*) => {$(
        impl Setting for $int {
            const KIND: &'static str = "a whole number";

            fn read(raw: &Raw) -> Result<Self, String> {
                match raw {
                    Raw::Word(text) => text.parse().ok(),
                    Raw::Int(number) => Self::try_from(*number).ok(),
                    Raw::Text(_) | Raw::List(_) | Raw::Other(_) => None,
                }
                .ok_or_else(|| raw.expected(Self::KIND))
            }

            fn show(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )*};
}

whole_numbers!(u32 u64 usize);

macro_rules! lists {
    ($($item:ty => $kind:literal;)*) => {$(
        impl Setting for Vec<$item> {
            const KIND: &'static str = $kind;

            fn read(raw: &Raw) -> Result<Self, String> {
                match raw {
                    Raw::Word(text) => text
                        .split(',')
                        .map(str::trim)
                        .filter(|word| !word.is_empty())
                        .map(|word| <$item>::read(&Raw::Text(word.to_owned())))
                        .collect(),
                    Raw::List(items) => items.iter().map(<$item>::read).collect(),
                    Raw::Text(_) | Raw::Int(_) | Raw::Other(_) => Err(raw.expected(Self::KIND)),
                }
            }

            fn show(&self) -> Option<String> {
                let items: Vec<_> = self.iter().filter_map(Setting::show).collect();
                Some(format!("[{}]", items.join(", ")))
            }
        }
    )*};
}

lists! {
    String => "a list of strings";
    PathBuf => "a list of paths";
}

/// What becomes of the bytes of an image that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deletion {
    Delay,
    Direct,
}

impl Setting for Deletion {
    const KIND: &'static str = "\"delay\" or \"direct\"";

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) if text == "delay" => Ok(Self::Delay),
            Raw::Word(text) | Raw::Text(text) if text == "direct" => Ok(Self::Direct),
            other => Err(other.expected(Self::KIND)),
        }
    }

    fn show(&self) -> Option<String> {
        Some(quoted(match self {
            Self::Delay => "delay",
            Self::Direct => "direct",
        }))
    }
}

impl Setting for RootDisks {
    const KIND: &'static str = "\"copy\" or \"backed\"";

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) => text.parse().ok(),
            Raw::Int(_) | Raw::List(_) | Raw::Other(_) => None,
        }
        .ok_or_else(|| raw.expected(Self::KIND))
    }

    fn show(&self) -> Option<String> {
        Some(quoted(self.as_str()))
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Setting for LogFormat {
    const KIND: &'static str = "\"text\" or \"json\"";

    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) if text == "text" => Ok(Self::Text),
            Raw::Word(text) | Raw::Text(text) if text == "json" => Ok(Self::Json),
            other => Err(other.expected(Self::KIND)),
        }
    }

    fn show(&self) -> Option<String> {
        Some(quoted(match self {
            Self::Text => "text",
            Self::Json => "json",
        }))
    }
}
