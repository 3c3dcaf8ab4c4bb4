-- What a call was asked with: the work whose end is its answer, where to post the answer, whether
-- with its classes, and when the work has had its time.
ALTER TABLE remembered_call ADD COLUMN work_id TEXT;
ALTER TABLE remembered_call ADD COLUMN hook TEXT;
ALTER TABLE remembered_call ADD COLUMN classes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE remembered_call ADD COLUMN deadline BIGINT;
ALTER TABLE remembered_call ADD COLUMN finished_at BIGINT;
UPDATE remembered_call SET finished_at = created_at WHERE status IS NOT NULL;
DROP INDEX remembered_call_by_age;
CREATE INDEX remembered_call_open ON remembered_call (created_at, id) WHERE finished_at IS NULL;
CREATE INDEX remembered_call_finished ON remembered_call (finished_at)
    WHERE finished_at IS NOT NULL;
