-- Who asked for a rotation, so that asking again is answered with the same.

ALTER TABLE rotations ADD COLUMN request uuid UNIQUE;

COMMENT ON COLUMN rotations.request IS
    'What rotate was called with (--request); NULL: nothing';

-- It gains a parameter.
DROP FUNCTION IF EXISTS rotation_begin(bigint, text, boolean, timestamptz);
