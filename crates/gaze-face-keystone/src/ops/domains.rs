//! `GET /v3/domains` and `GET /v3/domains/{domain_id}`.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use gaze_domain::{Domain, Error, Noun};
use gaze_http::RequestId;

use super::{known, pairs};
use crate::Face;
use crate::errors::Failure;
use crate::wire::domain::{self, Body, Domains};
use crate::wire::{ListLinks, SelfLink};

/// Keystone's id of the domain of those who named none.
const DEFAULT: &str = "default";

pub(crate) async fn list_domains(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match list(&face, request).await {
        Ok(domains) => Json(domains).into_response(),
        Err(failure) => failure.response(&id),
    }
}

pub(crate) async fn show_domain(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    Path(domain): Path<String>,
    request: Request,
) -> Response {
    match show(&face, &domain, request).await {
        Ok(body) => Json(body).into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn list(face: &Face, request: Request) -> Result<Domains, Failure> {
    let (head, caller) = known(face, request).await?;
    let filters = pairs(&head.uri)?;
    let wanted = |domain: &Domain| {
        let mut names = filters.iter().filter(|(name, _)| name == "name");
        names.all(|(_, value)| value.eq_ignore_ascii_case(&domain.name))
    };
    let origin = face.origin(&head.headers);
    let mut domains = face.app.list_domains(&caller).await?;
    domains.retain(wanted);
    Ok(Domains {
        domains: domains.iter().map(|it| shown(it, &origin)).collect(),
        links: ListLinks::whole(format!("{origin}/v3/domains")),
    })
}

async fn show(face: &Face, id: &str, request: Request) -> Result<Body, Failure> {
    let (head, caller) = known(face, request).await?;
    let domains = face.app.list_domains(&caller).await?;
    let is_wanted =
        |domain: &&Domain| domain.id.hex() == id || (id == DEFAULT && domain.id == caller.domain);
    let found = domains.iter().find(is_wanted);
    let found = found.ok_or_else(|| Error::not_found(Noun::Domain, id))?;
    Ok(Body {
        domain: shown(found, &face.origin(&head.headers)),
    })
}

fn shown(of: &Domain, origin: &str) -> domain::Domain {
    let id = of.id.hex();
    domain::Domain {
        links: SelfLink {
            this: format!("{origin}/v3/domains/{id}"),
        },
        id,
        name: of.name.clone(),
        description: String::new(),
        enabled: true,
    }
}
