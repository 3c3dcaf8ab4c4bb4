use axum::http::Method;
use serde_json::json;

use super::*;

fn given(method: &Method, query: &str, body: &str) -> Result<Given, Failure> {
    Given::read(method, Some(query), body.as_bytes())
}

/// The name of the operation that a request means and the key of its parameters, or the refusal.
fn chosen(method: &str, path: &str, body: &str) -> String {
    let table = Table::new();
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let path = format!("/zstack/v1{path}");
    let Some(found) = table.find(&path) else {
        return "404".to_owned();
    };
    let given = given(&method, "", body).unwrap();
    match found.choose(&method, &path, &given) {
        Ok(Choice::Served(route, key)) => format!("{} {key}", route.name),
        Ok(Choice::Absent) => "absent".to_owned(),
        Err(Failure::Text(status, text)) => format!("{} {text}", status.as_u16()),
        Err(Failure::Api(code)) => code.code.to_owned(),
    }
}

#[test]
fn method_and_action_choose_among_operations_on_one_path() {
    for (method, path, body, expected) in [
        ("GET", "/images", "", "QueryImage params"),
        ("GET", "/images/ab", "", "QueryImage params"),
        ("POST", "/images", "{}", "AddImage params"),
        ("DELETE", "/images/ab", "", "DeleteImage params"),
        (
            "PUT",
            "/images/ab/actions",
            r#"{"changeImageState":{}}"#,
            "ChangeImageState changeImageState",
        ),
        (
            "PUT",
            "/images/ab/actions",
            r#"{"params":{}}"#,
            "ChangeImageState params",
        ),
        (
            "PUT",
            "/images/ab/actions",
            r#"{"params":{},"updateImage":{}}"#,
            "UpdateImage updateImage",
        ),
        (
            "PUT",
            "/vm-instances/ab/actions",
            r#"{"reimageVmInstance":{}}"#,
            "absent",
        ),
        (
            "PUT",
            "/images/ab/actions",
            r#"{"changeimagestate":{}}"#,
            "400 the body doesn't contain action mapping to the URL[/v1/images/ab/actions]",
        ),
        ("PUT", "/images/ab/actions", "", "500 "),
        ("PUT", "/images/ab/actions", "null", "500 "),
        ("GET", "/images//ab", "", "QueryImage params"),
        ("GET", "//images/ab", "", "QueryImage params"),
        ("GET", "/images/ab/", "", "404"),
        ("GET", "/images/", "", "404"),
        (
            "PUT",
            "/management-nodes/actions",
            r#"{"getVersion":{}}"#,
            "GetVersion getVersion",
        ),
        (
            "PUT",
            "/accounts/login",
            r#"{"logInByAccount":{}}"#,
            "LogInByAccount logInByAccount",
        ),
        (
            "PUT",
            "/accounts/login",
            r#"{"params":{}}"#,
            "LogInByAccount params",
        ),
        (
            "HEAD",
            "/images",
            "",
            "405 The method[HEAD] is not allowed for the path[/zstack/v1/images]",
        ),
        (
            "PATCH",
            "/images",
            "",
            "405 The method[PATCH] is not allowed for the path[/zstack/v1/images]",
        ),
        (
            "DELETE",
            "/images",
            "",
            "500 No delete API found for the path[/zstack/v1/images]",
        ),
        (
            "POST",
            "/images/ab",
            "",
            "500 No creational API found for the path[/zstack/v1/images/ab]",
        ),
        (
            "GET",
            "/images/ab/actions",
            "",
            "500 No query API found for the path[/zstack/v1/images/ab/actions]",
        ),
        ("GET", "/nothing", "", "404"),
        ("GET", "/images/", "", "404"),
        ("GET", "/images/ab/cd/ef", "", "404"),
    ] {
        assert_eq!(
            chosen(method, path, body),
            expected,
            "{method} {path} {body}"
        );
    }
}

#[test]
fn an_operation_with_a_path_of_its_own_answers_every_method() {
    for method in ["GET", "PUT", "POST", "DELETE", "HEAD"] {
        assert_eq!(
            chosen(method, "/vm-instances/ab/image-candidates", ""),
            "GetImageCandidatesForVmToChange params"
        );
        assert_eq!(
            chosen(method, "/images/root-volume-templates/from/volumes/ab", ""),
            "CreateRootVolumeTemplateFromRootVolume params"
        );
    }
    assert_eq!(
        chosen("PATCH", "/vm-instances/ab/image-candidates", ""),
        "405 The method[PATCH] is not allowed for the path[/zstack/v1/vm-instances/ab/image-candidates]"
    );
}

#[test]
fn a_path_without_variables_wins_over_one_with() {
    assert_eq!(
        chosen("GET", "/images/candidate-backup-storage", ""),
        "GetCandidateBackupStorageForCreatingImage params"
    );
    assert_eq!(chosen("GET", "/accounts/quotas", ""), "QueryQuota params");
    assert_eq!(chosen("GET", "/accounts/36c2", ""), "QueryAccount params");
}

#[test]
fn a_body_that_is_no_json_object_is_an_internal_error_as_for_the_vendor() {
    for body in ["{", "[1]", "\"x\"", "{\"a\":}", "\u{feff}{}"] {
        let Err(Failure::Text(status, _)) = given(&Method::PUT, "", body) else {
            unreachable!("{body} is refused");
        };
        assert_eq!(status.as_u16(), 500, "{body}");
    }
    assert_eq!(given(&Method::PUT, "", " \n").unwrap().body, None);
    assert_eq!(given(&Method::DELETE, "", "{").unwrap().body, None);
}

fn parameters(method: &Method, query: &str, body: &str) -> Result<serde_json::Value, Failure> {
    let route = &crate::ops::delete_image::ROUTE;
    let variables = [("uuid", "from-path".to_owned())];
    let values = given(method, query, body)?.parameters(route, "params", &variables)?;
    Ok(values.into())
}

#[test]
fn the_path_wins_over_what_else_is_given() {
    let body = r#"{"params":{"uuid":"from-body","deleteMode":"Enforcing"}}"#;
    assert_eq!(
        parameters(&Method::POST, "", body).unwrap(),
        json!({"uuid": "from-path", "deleteMode": "Enforcing"})
    );
    for body in ["{}", r#"{"params":null}"#, r#"{"params":{}}"#, ""] {
        assert_eq!(
            parameters(&Method::POST, "", body).unwrap(),
            json!({"uuid": "from-path"})
        );
    }
    assert!(parameters(&Method::POST, "", r#"{"params":[]}"#).is_err());
}

#[test]
fn query_strings_hold_lists_in_two_ways_and_scalars_once() {
    for (query, expected) in [
        (
            "backupStorageUuids=a&backupStorageUuids=b&deleteMode=Permissive&x=y",
            json!({"uuid": "from-path", "backupStorageUuids": ["a", "b"], "deleteMode": "Permissive"}),
        ),
        (
            "backupStorageUuids.0=a&backupStorageUuids.1=b%20+c",
            json!({"uuid": "from-path", "backupStorageUuids": ["a", "b  c"]}),
        ),
        ("backupStorageUuids.x=a", json!({"uuid": "from-path"})),
        ("uuid=from-query", json!({"uuid": "from-path"})),
    ] {
        assert_eq!(
            parameters(&Method::DELETE, query, "").unwrap(),
            expected,
            "{query}"
        );
    }
    assert!(parameters(&Method::DELETE, "deleteMode=a&deleteMode=b", "").is_err());
}

#[test]
fn tags_beside_the_parameters_win_over_tags_among_them() {
    for (body, system, user) in [
        (
            r#"{"params":{"systemTags":["a"],"userTags":["b"]}}"#,
            vec!["a"],
            vec!["b"],
        ),
        (
            r#"{"params":{"systemTags":["a"]},"systemTags":["c"]}"#,
            vec!["c"],
            vec![],
        ),
        (r#"{"params":{},"systemTags":null}"#, vec![], vec![]),
    ] {
        let tags = given(&Method::POST, "", body)
            .unwrap()
            .tags("params")
            .unwrap();
        assert_eq!(tags.system, system, "{body}");
        assert_eq!(tags.user, user, "{body}");
    }
    for body in [r#"{"systemTags":"a"}"#, r#"{"userTags":[1]}"#] {
        let given = given(&Method::POST, "", body).unwrap();
        assert!(given.tags("params").is_err(), "{body}");
    }
}

#[test]
fn a_parameter_named_like_a_variable_of_another_path_is_ignored() {
    let route = &crate::ops::query_image::ROUTE;
    let given = given(&Method::GET, "uuid=ab&limit=1", "").unwrap();
    assert!(given.parameters(route, "params", &[]).unwrap().is_empty());
}
