-- Work that a client asked to be kept account of under a name of its own.
CREATE TABLE long_job (
    id TEXT PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    face TEXT NOT NULL,
    request_id TEXT NOT NULL,
    work_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    operation TEXT NOT NULL,
    data TEXT NOT NULL,
    whole BIGINT NOT NULL,
    target TEXT,
    outcome TEXT,
    result TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX long_job_by_owner ON long_job (owner_id, created_at, id);
CREATE INDEX long_job_by_request ON long_job (request_id);
CREATE INDEX long_job_open ON long_job (created_at, id) WHERE finished_at IS NULL;
CREATE INDEX long_job_finished ON long_job (finished_at) WHERE finished_at IS NOT NULL;
