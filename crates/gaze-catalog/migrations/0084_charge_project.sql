-- Counts against a project's quota, as `project::charge` does, for transactions that do not wait for
-- the answer: what is too much fails, and the commit with it.
-- Only on PostgreSQL:
CREATE FUNCTION charge_project(of_project TEXT, more_images BIGINT, more_bytes BIGINT)
RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
    UPDATE project
    SET image_count = image_count + more_images, image_bytes = image_bytes + more_bytes
    WHERE id = of_project
    AND (more_images = 0 OR max_image_count IS NULL OR image_count <= max_image_count - more_images)
    AND (more_bytes = 0 OR max_image_bytes IS NULL OR image_bytes <= max_image_bytes - more_bytes)
    AND image_bytes <= 9223372036854775807 - more_bytes;
    IF NOT FOUND THEN
        RAISE check_violation
        USING CONSTRAINT = 'project_quota', MESSAGE = 'the quota of the project is exceeded';
    END IF;
    RETURN 1;
END $$;
