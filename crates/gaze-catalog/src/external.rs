//! Domains and projects of an authority outside (an external Keystone): rows like all others, with
//! the id and the name that they have there.

use gaze_domain::{Domain, Error, Noun, Project, ProjectId};
use gaze_sql::Tx;

use crate::columns::{Columns, micros, one, opt_count};
use crate::{Failure, Rows};

/// A project of the authority's, as the authority describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub project: Project,
    /// The project's id there.
    pub project_id: String,
    pub domain: Domain,
    /// The domain's id there.
    pub domain_id: String,
}

/// What the catalogue has of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its id there; `None` if it is the service's own.
    pub external_id: Option<String>,
    /// Its name there, when it was last seen.
    pub name: String,
    pub enabled: bool,
    /// The name of its domain there; `None` if the domain is the service's own.
    pub domain_name: Option<String>,
}

fn decode(c: &mut Columns<'_>) -> Result<Known, Failure> {
    Ok(Known {
        external_id: c.opt_text()?,
        name: c.text()?,
        enabled: c.flag()?,
        domain_name: c.opt_text()?,
    })
}

pub async fn find(rows: &mut impl Rows, id: ProjectId) -> Result<Option<Known>, Failure> {
    let sql = "SELECT p.external_id, COALESCE(p.external_name, p.name), p.enabled, d.external_name
               FROM project p JOIN domain d ON d.id = p.domain_id WHERE p.id = $1";
    one(rows, sql, &[id.hex().into()], decode).await
}

/// Inserts what is new of a project and its domain, and renames what has another name by now. A
/// row that is the service's own is left as it is: Keystone's domain `default` is ours.
pub async fn save(tx: &mut Tx, home: &Home) -> Result<(), Failure> {
    save_domain(tx, home).await?;
    let project = &home.project;
    let now = micros(project.updated_at);
    let sql = "INSERT INTO project (id, domain_id, name, description, enabled, max_image_count,
               max_image_bytes, created_at, updated_at, external_id, external_name)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    let args = [
        project.id.hex().into(),
        project.domain.hex().into(),
        key(&project.id.hex()).into(),
        project.description.clone().into(),
        project.enabled.into(),
        opt_count(project.max_image_count),
        opt_count(project.max_image_bytes),
        micros(project.created_at),
        now.clone(),
        (&home.project_id).into(),
        (&project.name).into(),
    ];
    if tx.execute(sql, &args).await? == 1 {
        return Ok(());
    }
    let sql = "UPDATE project SET external_name = $1, updated_at = $2
               WHERE id = $3 AND external_id = $4";
    let args = [
        (&project.name).into(),
        now,
        project.id.hex().into(),
        (&home.project_id).into(),
    ];
    match tx.execute(sql, &args).await? {
        0 => Err(Error::exists(Noun::Project, project.id).into()),
        _ => Ok(()),
    }
}

async fn save_domain(tx: &mut Tx, home: &Home) -> Result<(), Failure> {
    let domain = &home.domain;
    let sql = "INSERT INTO domain (id, name, created_at, external_id, external_name)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    let args = [
        domain.id.hex().into(),
        key(&domain.id.hex()).into(),
        micros(domain.created_at),
        (&home.domain_id).into(),
        (&domain.name).into(),
    ];
    if tx.execute(sql, &args).await? == 1 {
        return Ok(());
    }
    let sql = "UPDATE domain SET external_name = $1 WHERE id = $2 AND external_id = $3
               AND external_name <> $1";
    let args = [
        (&domain.name).into(),
        domain.id.hex().into(),
        (&home.domain_id).into(),
    ];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// What stands in the column of names, which are unique there.
fn key(id: &str) -> String {
    format!("external:{id}")
}
