//! The page about this face lists its operations as they are.

use gaze_http::Coverage;

const PAGE: &str = include_str!("../../../../docs/faces/glance.md");

#[test]
fn the_page_lists_every_operation_in_order() {
    let heading = "| operation | method | path | |\n|---|---|---|---|\n";
    let (_, listed) = PAGE.split_once(heading).unwrap();
    let expected: Vec<String> = gaze_face_glance::OPERATIONS
        .iter()
        .map(|operation| {
            let state = match operation.state {
                Coverage::Done => "done".to_owned(),
                Coverage::Partial(what) => format!("partial: {what}"),
                Coverage::Absent => "absent".to_owned(),
            };
            let (name, method, path) = (operation.name, operation.method, operation.path);
            format!("| {name} | {method} | `{path}` | {state} |")
        })
        .collect();
    assert_eq!(listed.trim_end(), expected.join("\n"));
}
