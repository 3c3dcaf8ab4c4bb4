use std::path::Path;

use super::*;

fn merged(text: &str) -> (Config, Vec<String>) {
    let mut config = Config::default();
    let faults = file::merge(&mut config, Path::new("gaze.toml"), text);
    (
        config,
        faults
            .into_iter()
            .map(|fault| Faults(vec![fault]).to_string())
            .collect(),
    )
}

fn env(pairs: &[(&str, &str)]) -> Environment {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn written(dir: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("gaze.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn flags_override_the_environment_which_overrides_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[server]\nlisten = \"1.1.1.1:1\"\n[place]\nregion = \"file\"\nzone = \"file\"\n";
    let file = written(&dir, text);
    let env = env(&[
        ("GAZE_SERVER_LISTEN", "2.2.2.2:2"),
        ("GAZE_PLACE_REGION", "environment"),
    ]);
    let flags = ServeFlags {
        listen: Some("3.3.3.3:3".to_owned()),
        ..ServeFlags::default()
    };
    let config = Config::load(Some(&file), &env, &flags.values()).unwrap();
    assert_eq!(config.server.listen.to_string(), "3.3.3.3:3");
    assert_eq!(config.place.region, "environment");
    assert_eq!(config.place.zone, "file");
    assert_eq!(config.jobs, Jobs::default());
}

#[test]
fn every_flag_names_a_key() {
    let flags = ServeFlags {
        data_dir: Some("d".into()),
        listen: Some("0.0.0.0:80".into()),
        database: Some("sqlite:/x.db".into()),
        region: Some("r".into()),
        zone: Some("z".into()),
        disk_dir: vec!["a,b".into(), "c".into()],
        import_dir: vec!["i".into()],
        allow_private_imports: true,
        public_url: Some("https://images.example".into()),
        log_level: Some("debug".into()),
        log_format: Some("json".into()),
    };
    let mut config = Config::default();
    assert_eq!(config.merge_flags(&flags.values()), vec![]);
    assert_eq!(config.data.dir, Path::new("d"));
    assert_eq!(config.compute.disk_dirs, [Path::new("a,b"), Path::new("c")]);
    assert_eq!(config.import.file_dirs, [Path::new("i")]);
    assert_eq!(config.import.allow_private_addresses, ["0.0.0.0/0", "::/0"]);
    assert_eq!(
        config.server.public_url.as_deref(),
        Some("https://images.example")
    );
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn one_folder_with_a_comma_in_its_name_is_one_folder() {
    let flags = ServeFlags {
        disk_dir: vec!["a,b".into()],
        ..ServeFlags::default()
    };
    let mut config = Config::default();
    assert_eq!(config.merge_flags(&flags.values()), vec![]);
    assert_eq!(config.compute.disk_dirs, [Path::new("a,b")]);
}

#[test]
fn faults_of_the_file_are_found_by_line_and_column() {
    let check = |text: &str, expected: &[&str]| {
        assert_eq!(merged(text).1, expected, "{text}");
    };
    check("[server]\nlisten = \"0.0.0.0:80\"\n", &[]);
    check(
        "[server]\nlistne = \"0.0.0.0:80\"\n",
        &["gaze.toml:2:1: [server] has no key \"listne\"\nhint: did you mean \"listen\"?"],
    );
    check(
        "\n[sever]\nlisten = \"0.0.0.0:80\"\n",
        &["gaze.toml:2:2: there is no section \"sever\"\nhint: did you mean \"server\"?"],
    );
    check(
        "listen = \"0.0.0.0:80\"\n",
        &["gaze.toml:1:1: there is no section \"listen\"\nhint: listen belongs in [server]"],
    );
    check(
        "[data]\nregion = \"bj\"\n",
        &["gaze.toml:2:1: [data] has no key \"region\"\nhint: region belongs in [place]"],
    );
    check(
        "[jobs]\nfrobnicate = 1\n",
        &["gaze.toml:2:1: [jobs] has no key \"frobnicate\"\nhint: known are transfers, quick"],
    );
    check(
        "server = 3\n",
        &["gaze.toml:1:1: server is a section: write [server] and its keys below"],
    );
    check(
        "[jobs]\ntransfers = \"four\"\nquick = -1\n",
        &[
            "gaze.toml:3:9: jobs.quick takes a whole number, not -1",
            "gaze.toml:2:13: jobs.transfers takes a whole number, not \"four\"",
        ],
    );
    check(
        "[server]\nlisten = 9292\n",
        &[
            "gaze.toml:2:10: server.listen takes an address and port such as 127.0.0.1:9292, \
           not 9292",
        ],
    );
    check(
        "[import]\nfile_dirs = \"/srv\"\n",
        &["gaze.toml:2:13: import.file_dirs takes a list of paths, not \"/srv\""],
    );
    check(
        "[log]\nformat = \"xml\"\n",
        &["gaze.toml:2:10: log.format takes \"text\" or \"json\", not \"xml\""],
    );
}

#[test]
fn broken_toml_is_found_by_line() {
    let (_, faults) = merged("[server]\nlisten = \n");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].starts_with("gaze.toml:2:"), "{faults:?}");
}

#[test]
fn faults_of_the_environment_name_the_variable() {
    let mut config = Config::default();
    let faults = config.merge_environment(&env(&[("GAZE_JOBS_QUICK", "many")]));
    let text = Faults(faults).to_string();
    assert_eq!(text, "GAZE_JOBS_QUICK: takes a whole number, not \"many\"");
}

#[test]
fn lists_in_the_environment_are_separated_by_commas() {
    let mut config = Config::default();
    let faults = config.merge_environment(&env(&[("GAZE_COMPUTE_DISK_DIRS", "/vms, /more,")]));
    assert_eq!(faults, vec![]);
    assert_eq!(
        config.compute.disk_dirs,
        [Path::new("/vms"), Path::new("/more")]
    );
}

#[test]
fn values_without_a_meaning_are_refused() {
    let check = |variable: &str, value: &str, expected: &str| {
        let env = env(&[(variable, value), ("GAZE_CONFIG", "/dev/null")]);
        let faults = Config::load(None, &env, &[]).unwrap_err();
        assert_eq!(faults.to_string(), expected);
    };
    check(
        "GAZE_DATABASE_URL",
        "mysql://x",
        "database.url: is neither `sqlite`, `sqlite:PATH` nor `postgres://…`",
    );
    check(
        "GAZE_SERVER_PUBLIC_URL",
        "images.example",
        "server.public_url: must begin with http:// or https://",
    );
    check(
        "GAZE_IMPORT_GLANCE_SERVICES",
        "two=http://h,three",
        "import.glance_services: \"three\" is not region=url",
    );
    check("GAZE_PLACE_ZONE", "", "place.zone: must not be empty");
    check(
        "GAZE_JOBS_TRANSFERS",
        "0",
        "jobs.transfers: must be at least 1",
    );
}

#[test]
fn a_file_that_was_asked_for_and_is_absent_is_a_fault() {
    let missing = Path::new("/nonexistent/gaze.toml");
    let faults = Config::load(Some(missing), &Environment::new(), &[]).unwrap_err();
    assert!(
        faults
            .to_string()
            .starts_with("/nonexistent/gaze.toml: cannot be read")
    );
}

#[test]
fn what_is_shown_can_be_read_back() {
    let mut config = Config::default();
    config.database.url = "sqlite:/var/lib/gaze.db".to_owned();
    config.compute.disk_dirs = vec!["/vms \"old\"".into(), "/vms".into()];
    config.log.format = LogFormat::Json;
    let (read, faults) = merged(&config.to_toml());
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(read, config);
}

#[test]
fn keystones_password_is_neither_shown_nor_repeated() {
    let (config, faults) = merged("[identity]\nuser = \"gaze\"\npassword = \"secret\"\n");
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(config.identity.password, Hidden(Some("secret".to_owned())));
    let shown = config.to_toml();
    assert!(shown.contains("password = \"***\""), "{shown}");
    assert!(!shown.contains("secret") && !format!("{config:?}").contains("secret"));
    let (_, faults) = merged("[identity]\npassword = 12345\n");
    assert_eq!(faults, ["gaze.toml:2:12: identity.password takes a string"]);
}

#[test]
fn a_database_password_is_not_shown() {
    let mut config = Config::default();
    config.database.url = "postgres://gaze:secret@db/gaze".to_owned();
    let shown = config.to_toml();
    assert!(shown.contains("postgres://gaze:***@db/gaze"), "{shown}");
    assert!(!shown.contains("secret"));
}

/// The table rows of `docs/configuration.md`, compared both ways with the keys.
#[test]
fn the_documentation_lists_every_key_and_no_other() {
    let page = include_str!("../../../../docs/configuration.md");
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let defaults = Config::default();
    let expected: Vec<String> = KEYS
        .iter()
        .map(|key| {
            let default = key
                .show(&defaults)
                .map_or_else(|| "none".to_owned(), |value| format!("`{value}`"));
            let about: Vec<_> = key.about.iter().map(|line| line.trim()).collect();
            format!(
                "| `{}.{}` | `{}` | {} | {default} | {} |",
                key.section,
                key.name,
                key.variable(),
                key.kind,
                about.join(" ")
            )
        })
        .collect();
    assert_eq!(
        rows,
        expected,
        "the rows should be:\n{}",
        expected.join("\n")
    );
}
