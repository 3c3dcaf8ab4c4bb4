CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('location', 0);

CREATE TABLE domain (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE project (
    id TEXT PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domain (id),
    name TEXT NOT NULL,
    description TEXT,
    enabled BIGINT NOT NULL,
    max_image_count BIGINT,
    max_image_bytes BIGINT,
    image_count BIGINT NOT NULL DEFAULT 0 CHECK (image_count >= 0),
    image_bytes BIGINT NOT NULL DEFAULT 0 CHECK (image_bytes >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

CREATE TABLE account (
    id TEXT PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domain (id),
    project_id TEXT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);
CREATE INDEX account_by_project ON account (project_id);

CREATE TABLE token (
    hash TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX token_by_user ON token (user_id, issued_at);
CREATE INDEX token_by_project ON token (project_id);
CREATE INDEX token_by_end ON token (expires_at);

CREATE TABLE access_key (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    access TEXT NOT NULL UNIQUE,
    secret TEXT NOT NULL,
    description TEXT,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX access_key_by_user ON access_key (user_id);
CREATE INDEX access_key_by_project ON access_key (project_id);

CREATE TABLE region (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE zone (
    id TEXT PRIMARY KEY,
    region_id TEXT NOT NULL REFERENCES region (id),
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX zone_by_region ON zone (region_id);

CREATE TABLE cluster (
    id TEXT PRIMARY KEY,
    zone_id TEXT NOT NULL REFERENCES zone (id),
    name TEXT NOT NULL,
    architecture TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (zone_id, name)
);

CREATE TABLE store (
    id TEXT PRIMARY KEY,
    region_id TEXT NOT NULL REFERENCES region (id),
    name TEXT NOT NULL UNIQUE,
    description TEXT,
    kind TEXT NOT NULL,
    url TEXT NOT NULL UNIQUE,
    fsid TEXT,
    medium TEXT,
    state TEXT NOT NULL,
    status TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0),
    reserved BIGINT NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX store_by_region ON store (region_id);

CREATE TABLE store_zone (
    store_id TEXT NOT NULL REFERENCES store (id) ON DELETE CASCADE,
    zone_id TEXT NOT NULL REFERENCES zone (id),
    PRIMARY KEY (store_id, zone_id)
);
CREATE INDEX store_zone_by_zone ON store_zone (zone_id);

CREATE TABLE pool (
    id TEXT PRIMARY KEY,
    zone_id TEXT NOT NULL REFERENCES zone (id),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT,
    fsid TEXT,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (zone_id, name)
);

CREATE TABLE instance (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES project (id),
    zone_id TEXT NOT NULL REFERENCES zone (id),
    cluster_id TEXT NOT NULL REFERENCES cluster (id),
    name TEXT NOT NULL,
    description TEXT,
    image_id TEXT,
    platform TEXT NOT NULL,
    architecture TEXT NOT NULL,
    guest_os TEXT,
    firmware TEXT,
    virtio BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX instance_by_owner ON instance (owner_id, created_at, id);
CREATE INDEX instance_by_cluster ON instance (cluster_id);
CREATE INDEX instance_by_zone ON instance (zone_id);

CREATE TABLE volume (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES project (id),
    pool_id TEXT NOT NULL REFERENCES pool (id),
    instance_id TEXT REFERENCES instance (id),
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    format TEXT NOT NULL,
    path TEXT NOT NULL UNIQUE,
    size BIGINT NOT NULL,
    allocated BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX volume_by_owner ON volume (owner_id, created_at, id);
CREATE INDEX volume_by_instance ON volume (instance_id);
CREATE INDEX volume_by_pool ON volume (pool_id);

CREATE TABLE image (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES project (id),
    name TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    visibility TEXT NOT NULL,
    protected BIGINT NOT NULL,
    hidden BIGINT NOT NULL,
    media TEXT NOT NULL,
    system BIGINT NOT NULL,
    virtio BIGINT NOT NULL,
    platform TEXT NOT NULL,
    architecture TEXT,
    firmware TEXT,
    os_distro TEXT,
    os_version TEXT,
    guest_type TEXT,
    format TEXT,
    size BIGINT,
    virtual_size BIGINT,
    md5 TEXT,
    sha256 TEXT,
    sha512 TEXT,
    min_disk_gib BIGINT NOT NULL,
    min_ram_mib BIGINT NOT NULL,
    source TEXT NOT NULL,
    failure TEXT,
    tags TEXT NOT NULL,
    properties TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
-- Each list order has one index for each way of being visible, so that a page costs its own rows.
CREATE INDEX image_newest ON image (created_at, id);
CREATE INDEX image_owner_newest ON image (owner_id, created_at, id);
CREATE INDEX image_visibility_newest ON image (visibility, created_at, id);
CREATE INDEX image_name ON image (name, id);
CREATE INDEX image_owner_name ON image (owner_id, name, id);
CREATE INDEX image_visibility_name ON image (visibility, name, id);
-- The candidate lists: only images that could be one, for each way of being visible.
CREATE INDEX image_candidate ON image (architecture, created_at, id)
    WHERE media = 'root-disk' AND status = 'active' AND enabled = 1 AND system = 0;
CREATE INDEX image_candidate_owned ON image (owner_id, architecture, created_at, id)
    WHERE media = 'root-disk' AND status = 'active' AND enabled = 1 AND system = 0;
CREATE INDEX image_candidate_public ON image (architecture, created_at, id)
    WHERE media = 'root-disk' AND status = 'active' AND enabled = 1 AND system = 0
    AND visibility = 'public';
CREATE INDEX image_deleted ON image (deleted_at) WHERE status = 'deleted';

CREATE TABLE image_location (
    id TEXT PRIMARY KEY,
    image_id TEXT NOT NULL REFERENCES image (id),
    store_id TEXT NOT NULL REFERENCES store (id),
    blob_key TEXT NOT NULL,
    state TEXT NOT NULL,
    size BIGINT NOT NULL,
    ordinal BIGINT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (store_id, blob_key)
);
CREATE INDEX image_location_by_image ON image_location (image_id, ordinal);
CREATE INDEX image_location_unfinished ON image_location (state) WHERE state <> 'ready';

CREATE TABLE image_member (
    image_id TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES project (id),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (image_id, project_id)
);
CREATE INDEX image_member_by_project ON image_member (project_id, state, image_id);

CREATE TABLE image_tag (
    tag TEXT NOT NULL,
    image_id TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    PRIMARY KEY (tag, image_id)
);
CREATE INDEX image_tag_by_image ON image_tag (image_id);

CREATE TABLE image_property (
    image_id TEXT NOT NULL REFERENCES image (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (image_id, name)
);
CREATE INDEX image_property_by_value ON image_property (name, value, image_id);

CREATE TABLE remembered_call (
    id TEXT PRIMARY KEY,
    face TEXT NOT NULL,
    status BIGINT,
    body TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX remembered_call_by_age ON remembered_call (created_at);
