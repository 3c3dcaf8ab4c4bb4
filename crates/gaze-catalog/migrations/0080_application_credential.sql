CREATE TABLE application_credential (
    id TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    project_id TEXT NOT NULL REFERENCES project (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    description TEXT,
    role TEXT NOT NULL,
    secret TEXT NOT NULL,
    unrestricted BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (user_id, name)
);
CREATE INDEX application_credential_by_project ON application_credential (project_id);

-- Of a token that a program got with one: it ends with it and opens no more than it.
ALTER TABLE token ADD COLUMN application_credential_id TEXT
    REFERENCES application_credential (id) ON DELETE CASCADE;
CREATE INDEX token_by_application_credential ON token (application_credential_id)
    WHERE application_credential_id IS NOT NULL;
-- Only on PostgreSQL:
-- What a token opens depends on it; one that is not there opens nothing (0079).
CREATE TRIGGER change AFTER UPDATE OR DELETE ON application_credential
    EXECUTE FUNCTION count_change();
