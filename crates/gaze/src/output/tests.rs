use serde_json::json;

use super::*;

fn names() -> HashMap<String, String> {
    HashMap::from([
        ("z1".to_owned(), "zone-1".to_owned()),
        ("s1".to_owned(), "fast".to_owned()),
    ])
}

#[test]
fn a_table_has_a_title_a_column_and_a_line_a_thing() {
    let items = [
        json!({"id": "1", "name": "web", "size": 549_899_264, "zone": "z1", "enabled": true,
               "os": {"distro": "Debian"}, "created_at": "2026-11-21T08:00:00.25Z"}),
        json!({"id": "2", "name": "北京", "size": null, "zone": "z2", "enabled": false,
               "os": {"distro": null}, "created_at": "2026-11-21T08:00:00Z"}),
    ];
    let columns: &[Column] = &[
        ("ID", "id", Show::Text),
        ("NAME", "name", Show::Text),
        ("SIZE", "size", Show::Bytes),
        ("ZONE", "zone", Show::Name),
        ("ENABLED", "enabled", Show::Text),
        ("OS", "os.distro", Show::Text),
        ("CREATED", "created_at", Show::Time),
    ];
    assert_eq!(
        table(columns, &items, &names()),
        "ID  NAME       SIZE  ZONE    ENABLED  OS      CREATED\n\
         1   web   524.4 MiB  zone-1  yes      Debian  2026-11-21 08:00:00\n\
         2   北京             z2      no               2026-11-21 08:00:00\n"
    );
}

#[test]
fn one_thing_is_shown_field_by_field_without_the_empty_ones() {
    let image = json!({
        "id": "1", "name": "web", "description": null, "size": 1536, "tags": ["a", "b"],
        "os": {"distro": "Debian", "version": null},
        "locations": [{"store": "s1", "state": "ready"}], "properties": {},
        "created_at": "2026-11-21T08:00:00Z",
    });
    assert_eq!(
        details(&image, &names()),
        "id                 1\n\
         name               web\n\
         created_at         2026-11-21 08:00:00\n\
         locations.1.state  ready\n\
         locations.1.store  fast\n\
         os.distro          Debian\n\
         size               1.5 KiB\n\
         tags               a, b\n"
    );
}
