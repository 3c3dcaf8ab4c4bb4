-- Metadata definitions: namespaces, and what they hold.
CREATE TABLE metadef_namespace (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT,
    description TEXT,
    visibility TEXT NOT NULL,
    protected BIGINT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES project (id),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX metadef_namespace_newest ON metadef_namespace (created_at, id);
CREATE INDEX metadef_namespace_by_owner ON metadef_namespace (owner_id);

CREATE TABLE metadef_object (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespace (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    required TEXT NOT NULL,
    properties TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_property (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespace (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_tag (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespace (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (namespace_id, name)
);

CREATE TABLE metadef_resource_type (
    name TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
-- The types of things that OpenStack's own definitions are for; clients offer what is listed. The
-- time is that of this migration.
INSERT INTO metadef_resource_type (name, created_at, updated_at) VALUES
    ('OS::Cinder::Volume', 1795651200000000, 1795651200000000),
    ('OS::Glance::Image', 1795651200000000, 1795651200000000),
    ('OS::Nova::Aggregate', 1795651200000000, 1795651200000000),
    ('OS::Nova::Flavor', 1795651200000000, 1795651200000000),
    ('OS::Nova::Server', 1795651200000000, 1795651200000000),
    ('OS::Trove::Instance', 1795651200000000, 1795651200000000);

CREATE TABLE metadef_association (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespace (id) ON DELETE CASCADE,
    resource_type TEXT NOT NULL REFERENCES metadef_resource_type (name),
    prefix TEXT,
    target TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (namespace_id, resource_type)
);
CREATE INDEX metadef_association_by_type ON metadef_association (resource_type);
