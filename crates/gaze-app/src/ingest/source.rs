//! Where an import's bytes are to come from, as its URL says.

use gaze_domain::{Error, Result};

/// Longest URL, in bytes (ZStack's limit for the field).
const MAX_URL: usize = 1024;

/// A kind of source that can be imported from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    /// A path on this machine.
    File(std::path::PathBuf),
}

/// Reads the scheme of a URL. Anything that is not `http`, `https` or `file` is refused.
pub(crate) fn scheme(url: &str) -> Result<Scheme> {
    let refused = |reason: &str| Error::SourceRefused {
        source_url: redacted(url),
        reason: reason.to_owned(),
    };
    if url.len() > MAX_URL {
        return Err(Error::invalid(
            "url",
            format!("is longer than {MAX_URL} bytes"),
        ));
    }
    if url.chars().any(char::is_control) {
        return Err(Error::invalid("url", "must not contain control characters"));
    }
    if let Some(path) = url.strip_prefix("file://") {
        return match path.strip_prefix('/') {
            Some(_) => Ok(Scheme::File(path.into())),
            None => Err(refused(
                "a file URL names an absolute path: file:///folder/file",
            )),
        };
    }
    let parsed = reqwest::Url::parse(url).map_err(|_no_url| refused("it is not a URL"))?;
    match parsed.scheme() {
        "http" | "https" if parsed.host_str().is_some_and(|host| !host.is_empty()) => {
            Ok(Scheme::Http)
        }
        "http" | "https" => Err(refused("it has no host")),
        _ => Err(refused("only http, https and file URLs can be imported")),
    }
}

/// The URL without what may be secret: user, password and query.
pub(crate) fn redacted(url: &str) -> String {
    match reqwest::Url::parse(url) {
        Ok(mut parsed) => {
            let hidden = parsed.set_username("").is_ok() && parsed.set_password(None).is_ok();
            if parsed.query().is_some() {
                parsed.set_query(Some("..."));
            }
            if hidden || parsed.host().is_none() {
                parsed.to_string()
            } else {
                String::from("URL")
            }
        }
        Err(_) => url.chars().take(80).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_web_and_file_urls_are_sources() {
        for (url, good) in [
            ("http://example.org/a.qcow2", true),
            ("https://example.org:8443/a?b=c", true),
            ("file:///images/a.raw", true),
            ("file://images/a.raw", false),
            ("ftp://example.org/a", false),
            ("http://", false),
            ("/images/a.raw", false),
            ("gopher://x", false),
            ("http://exa\nmple.org/", false),
        ] {
            assert_eq!(scheme(url).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn secrets_of_a_url_are_not_repeated() {
        assert_eq!(redacted("http://u:p@h/x?sig=1"), "http://h/x?...");
    }
}
