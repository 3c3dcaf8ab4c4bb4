//! The text form of a transcript.

use std::path::Path;

use super::Givens;

/// One request and its answer, placeholders not yet filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) poll: bool,
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) expected: Expected,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// Headers that must not be there.
    pub(super) absent: Vec<String>,
    pub(super) body: String,
}

/// Reads a transcript. The error says what is wrong with the file.
pub(super) fn parse(file: &Path, text: &str) -> Result<(Givens, Vec<Pair>), String> {
    let mut givens = Givens {
        file: file.to_owned(),
        ..Givens::default()
    };
    let lines: Vec<&str> = text.lines().collect();
    let sections: Vec<&[&str]> = lines.split(|line| line.trim_end() == "---").collect();
    if !sections.len().is_multiple_of(2) {
        return Err("every request needs a response; sections are divided by lines `---`".into());
    }
    let mut pairs = Vec::new();
    for pair in sections.chunks_exact(2) {
        let (comments, request) = head(pair[0]);
        let mut poll = false;
        for comment in comments {
            if let Some(source) = comment.strip_prefix("Source:") {
                source.trim().clone_into(&mut givens.source);
            } else if let Some(names) = comment.strip_prefix("Given:") {
                let names = names.split(',').map(str::trim).filter(|n| !n.is_empty());
                givens.names.extend(names.map(str::to_owned));
            } else if comment == "Poll" {
                poll = true;
            }
        }
        pairs.push(read_pair(poll, request, pair[1])?);
    }
    if givens.source.is_empty() {
        return Err("a transcript says where it comes from: `# Source: …`".into());
    }
    Ok((givens, pairs))
}

/// The comments at the beginning of a section, without their `#`, and the rest.
fn head<'a>(lines: &'a [&'a str]) -> (Vec<&'a str>, &'a [&'a str]) {
    let is_head = |line: &&str| line.trim().is_empty() || line.starts_with('#');
    let end = lines
        .iter()
        .position(|line| !is_head(line))
        .unwrap_or(lines.len());
    let comments = lines[..end]
        .iter()
        .filter_map(|line| line.strip_prefix('#'))
        .map(str::trim)
        .collect();
    (comments, &lines[end..])
}

fn read_pair(poll: bool, request: &[&str], response: &[&str]) -> Result<Pair, String> {
    let (first, headers, body) = message(request)?;
    let mut words = first.split_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(format!("not a request line: {first:?}"));
    };
    let (_, response) = head(response);
    let (status_line, lines, expected_body) = message(response)?;
    let status = status_line
        .split_whitespace()
        .find(|word| !word.starts_with("HTTP/"))
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| format!("not a status line: {status_line:?}"))?;
    let mut expected = Expected {
        status,
        headers: Vec::new(),
        absent: Vec::new(),
        body: expected_body,
    };
    for line in lines {
        match line.strip_prefix('!') {
            Some(name) => expected.absent.push(name.trim().to_owned()),
            None => expected.headers.push(header(line)?),
        }
    }
    Ok(Pair {
        poll,
        method: method.to_owned(),
        target: target.to_owned(),
        headers: headers.into_iter().map(header).collect::<Result<_, _>>()?,
        body,
        expected,
    })
}

/// First line, header lines and body of a message.
fn message<'a>(lines: &'a [&'a str]) -> Result<(&'a str, Vec<&'a str>, String), String> {
    let (first, rest) = lines.split_first().ok_or("an empty section")?;
    let blank = rest
        .iter()
        .position(|line| line.trim().is_empty())
        .unwrap_or(rest.len());
    let body = rest.get(blank + 1..).unwrap_or_default().join("\n");
    Ok((
        first,
        rest[..blank].to_vec(),
        body.trim_end_matches('\n').to_owned(),
    ))
}

fn header(line: &str) -> Result<(String, String), String> {
    let (name, value) = line
        .split_once(':')
        .ok_or_else(|| format!("not a header: {line:?}"))?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_is_read_in_all_its_parts() {
        let text = "# Source: a page\n# Given: token, image\n# a remark\n\n\
                    POST /a?b=c HTTP/1.1\nX-A: 1: 2\n\n{\n\n}\n\n---\n\
                    HTTP/1.1 201 Created\nX-B: b\n!X-C\n\nok\n---\n\
                    # Poll\nGET /d\n---\n204\n";
        let (givens, pairs) = parse(Path::new("f.http"), text).unwrap();
        assert_eq!(givens.source, "a page");
        assert!(givens.has("token") && givens.has("image") && !givens.has("other"));
        let first = Pair {
            poll: false,
            method: "POST".into(),
            target: "/a?b=c".into(),
            headers: vec![("X-A".into(), "1: 2".into())],
            body: "{\n\n}".into(),
            expected: Expected {
                status: 201,
                headers: vec![("X-B".into(), "b".into())],
                absent: vec!["X-C".into()],
                body: "ok".into(),
            },
        };
        let second = Pair {
            poll: true,
            method: "GET".into(),
            target: "/d".into(),
            headers: vec![],
            body: String::new(),
            expected: Expected {
                status: 204,
                headers: vec![],
                absent: vec![],
                body: String::new(),
            },
        };
        assert_eq!(pairs, [first, second]);
    }

    #[test]
    fn a_file_that_proves_nothing_is_an_error() {
        for text in [
            "",
            "GET /\n---\n200\n",
            "# Source: a\nGET /\n",
            "# Source: a\nGET /\n---\n200\n---\nGET /\n",
            "# Source: a\nGET\n---\n200\n",
            "# Source: a\nGET /\n---\nfine\n",
            "# Source: a\nGET /\nnot a header\n---\n200\n",
        ] {
            assert!(parse(Path::new("f.http"), text).is_err(), "{text:?}");
        }
    }
}
