use gaze_face_native::OPERATIONS;
use gaze_http::Auth;

const PAGE: &str = include_str!("../../../../docs/faces/native.md");

#[test]
fn the_page_lists_every_operation_and_no_other() {
    let rows: Vec<_> = PAGE
        .lines()
        .filter(|line| line.contains(" | `/gaze/v1/"))
        .collect();
    let expected: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| {
            let token = match operation.auth {
                Auth::Required => "yes",
                Auth::Optional => "if given",
                Auth::None => "no",
            };
            format!(
                "| {} | {} | `{}` | {token} |",
                operation.name, operation.method, operation.path
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
