//! What a token's roles and scope make of its holder.

use gaze_domain::Role;

use super::settings::KeystoneRoles;

impl KeystoneRoles {
    /// The highest role on a project.
    pub(super) fn on_project(&self, names: &[String]) -> Option<Role> {
        [
            (&self.admin, Role::Admin),
            (&self.member, Role::Member),
            (&self.reader, Role::Reader),
        ]
        .into_iter()
        .find_map(|(wanted, role)| any(wanted, names).then_some(role))
    }

    /// The role on the whole system. There is none for those who may only look: ours see what
    /// one project sees.
    pub(super) fn on_system(&self, names: &[String]) -> Option<Role> {
        any(&self.system, names).then_some(Role::Admin)
    }
}

fn any(wanted: &[String], names: &[String]) -> bool {
    let is_wanted = |name: &String| wanted.iter().any(|it| it.eq_ignore_ascii_case(name));
    names.iter().any(is_wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn roles() -> KeystoneRoles {
        KeystoneRoles {
            admin: words("admin image_admin"),
            member: words("manager member"),
            reader: words("reader"),
            system: words("admin"),
        }
    }

    #[test]
    fn the_highest_role_counts() {
        for (names, expected) in [
            ("", None),
            ("service", None),
            ("administrator", None),
            ("reader", Some(Role::Reader)),
            ("reader member", Some(Role::Member)),
            ("Manager", Some(Role::Member)),
            ("reader member manager admin", Some(Role::Admin)),
            ("IMAGE_ADMIN", Some(Role::Admin)),
        ] {
            assert_eq!(roles().on_project(&words(names)), expected, "{names}");
        }
    }

    #[test]
    fn the_system_has_administrators_or_nobody() {
        for (names, expected) in [
            ("admin", Some(Role::Admin)),
            ("image_admin", None),
            ("member reader", None),
        ] {
            assert_eq!(roles().on_system(&words(names)), expected, "{names}");
        }
        let nobody = KeystoneRoles {
            system: Vec::new(),
            ..roles()
        };
        assert_eq!(nobody.on_system(&words("admin")), None);
    }
}
