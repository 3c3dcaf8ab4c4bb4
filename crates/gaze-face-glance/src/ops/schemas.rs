//! JSON schemas, which python-glanceclient builds its models from.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Answer;
use crate::auth::Known;

const IMAGE: &str = include_str!("../schemas/image.json");
const IMAGES: &str = include_str!("../schemas/images.json");
const MEMBER: &str = include_str!("../schemas/member.json");
const MEMBERS: &str = include_str!("../schemas/members.json");

const TASK: &str = include_str!("../schemas/task.json");
const TASKS: &str = include_str!("../schemas/tasks.json");

pub(crate) async fn image(_caller: Known) -> Answer {
    Ok(document(IMAGE.to_owned()))
}

pub(crate) async fn images(_caller: Known) -> Answer {
    Ok(document(IMAGES.replace("\"{image}\"", IMAGE.trim_end())))
}

pub(crate) async fn member(_caller: Known) -> Answer {
    Ok(document(MEMBER.to_owned()))
}

pub(crate) async fn members(_caller: Known) -> Answer {
    Ok(document(MEMBERS.replace("\"{member}\"", MEMBER.trim_end())))
}

pub(crate) async fn task(_caller: Known) -> Answer {
    Ok(document(TASK.to_owned()))
}

pub(crate) async fn tasks(_caller: Known) -> Answer {
    Ok(document(TASKS.replace("\"{task}\"", TASK.trim_end())))
}

fn document(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gaze_domain::Visibility;
    use serde_json::Value;

    use super::*;
    use crate::map::attribute::{BASE, READ_ONLY};
    use crate::map::image::visibility;

    #[test]
    fn the_schema_names_every_attribute_of_an_image() {
        let schema: Value = serde_json::from_str(IMAGE).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let base: BTreeSet<&str> = properties
            .iter()
            .filter(|(_, property)| property["is_base"] != Value::Bool(false))
            .map(|(name, _)| name.as_str())
            .collect();
        let known: BTreeSet<&str> = BASE.iter().chain(READ_ONLY).copied().collect();
        assert_eq!(base, known);
        for (name, property) in properties {
            let read_only = property["readOnly"] == Value::Bool(true);
            assert_eq!(read_only, READ_ONLY.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn the_schema_knows_every_visibility() {
        let schema: Value = serde_json::from_str(IMAGE).unwrap();
        let known: BTreeSet<&str> = schema["properties"]["visibility"]["enum"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let all = Visibility::ALL.iter().map(|it| visibility(*it)).collect();
        assert_eq!(known, all);
    }

    #[test]
    fn lists_hold_the_schema_of_their_items() {
        let images: Value = serde_json::from_str(&IMAGES.replace("\"{image}\"", IMAGE)).unwrap();
        assert_eq!(images["properties"]["images"]["items"]["name"], "image");
        let members: Value =
            serde_json::from_str(&MEMBERS.replace("\"{member}\"", MEMBER)).unwrap();
        assert_eq!(members["properties"]["members"]["items"]["name"], "member");
        let tasks: Value = serde_json::from_str(&TASKS.replace("\"{task}\"", TASK)).unwrap();
        assert_eq!(tasks["properties"]["tasks"]["items"]["name"], "task");
    }
}
