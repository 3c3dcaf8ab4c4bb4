-- What OpenStack keeps of users besides their names.
ALTER TABLE account ADD COLUMN description TEXT;
ALTER TABLE account ADD COLUMN email TEXT;
