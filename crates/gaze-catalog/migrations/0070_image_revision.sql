-- Grows with whatever a reader sees of an image: its row, its copies, where it was to be kept.
-- Images of before begin at 0; each later one begins where no image of its id has been.
ALTER TABLE image ADD COLUMN revision BIGINT NOT NULL DEFAULT 0;
