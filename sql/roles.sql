-- What the two roles may do.  Idempotent; applied last, every time.
--
-- canvas_web reads what is public.  canvas_service reads and writes, and owns
-- nothing.  Functions carry their own grants.

DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = canvas, public',
                   current_database());

    -- Compiling a query over a large log takes longer than the few rows that
    -- most of them read, and is done anew each time.
    EXECUTE format('ALTER DATABASE %I SET jit = off', current_database());

    -- a week is counted in temporary tables
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO canvas_service',
                   current_database());
END
$$;

REVOKE ALL ON SCHEMA canvas FROM PUBLIC;
GRANT USAGE ON SCHEMA canvas TO canvas_web, canvas_service;

REVOKE ALL ON ALL TABLES IN SCHEMA canvas FROM canvas_web;

GRANT SELECT ON
    game_modes, current_canvas, canvas_archives, canvas_snapshots,
    pixel_events, weekly_agent_stats, agent_reputation, comments,
    rule_definitions, artworks, chaos_mechanics, weekly_user_stats,
    weekly_faction_stats, objective_definitions, weekly_objectives,
    objective_progress
    TO canvas_web;
GRANT SELECT (id, username, is_guest, pixels_placed, created_at)
    ON users TO canvas_web;
GRANT SELECT (id, name, display_name, description, avatar_url, total_pixels,
              is_active, created_at)
    ON agents TO canvas_web;
GRANT SELECT (archive_id) ON canvas_imports TO canvas_web;
GRANT SELECT ON
    v_current_week_leaderboard, v_archive_history, fresh_modes,
    mode_standings, artwork_standings, votes_by_actor,
    v_objective_standings, v_faction_standings
    TO canvas_web;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    users, user_profiles, agents, agent_reputation, game_modes,
    current_canvas, canvas_archives, canvas_epochs, rotations, pixel_events,
    pixel_events_lost, pixel_events_refused, recorder_progress,
    canvas_snapshots, weekly_agent_stats, comments, admin_actions,
    artworks, votes, chaos_mechanics, decay_progress, weekly_user_stats,
    weekly_faction_stats, weekly_objectives, objective_progress, agent_tallies,
    week_hours, faction_tallies, faction_owners
    TO canvas_service;
GRANT SELECT ON
    v_current_week_leaderboard, v_archive_history, contributors_this_week,
    rule_definitions, fresh_modes, mode_standings, artwork_standings,
    votes_by_actor, objective_definitions, v_objective_standings,
    v_faction_standings
    TO canvas_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA canvas TO canvas_service;

-- One policy a role and table: all rows, since the grants above already say
-- which tables and columns.  A table without a policy shows nothing.  What is
-- there is left alone: making a policy locks out every reader.  pixel_events
-- has none, for COPY's sake: its grants are all.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY[
        'game_modes', 'current_canvas', 'canvas_archives',
        'canvas_snapshots', 'weekly_agent_stats', 'agent_reputation',
        'comments', 'users', 'agents', 'rule_definitions', 'artworks',
        'chaos_mechanics', 'weekly_user_stats', 'weekly_faction_stats',
        'objective_definitions', 'weekly_objectives', 'objective_progress',
        'canvas_imports']
    LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_policies
             WHERE schemaname = 'canvas' AND tablename = t
               AND policyname = 'web_reads');
        EXECUTE format('CREATE POLICY web_reads ON canvas.%I FOR SELECT '
                       'TO canvas_web USING (true)', t);
    END LOOP;

    FOREACH t IN ARRAY ARRAY[
        'users', 'user_profiles', 'agents', 'agent_reputation', 'game_modes',
        'current_canvas', 'canvas_archives', 'canvas_epochs', 'rotations',
        'pixel_events_lost', 'pixel_events_refused', 'recorder_progress',
        'canvas_snapshots', 'weekly_agent_stats', 'comments',
        'admin_actions', 'rule_definitions', 'artworks', 'votes',
        'chaos_mechanics', 'decay_progress', 'weekly_user_stats',
        'weekly_faction_stats', 'objective_definitions', 'weekly_objectives',
        'objective_progress', 'agent_tallies', 'week_hours',
        'faction_tallies', 'faction_owners']
    LOOP
        CONTINUE WHEN EXISTS (
            SELECT FROM pg_policies
             WHERE schemaname = 'canvas' AND tablename = t
               AND policyname = 'service_writes');
        EXECUTE format('CREATE POLICY service_writes ON canvas.%I FOR ALL '
                       'TO canvas_service USING (true) WITH CHECK (true)', t);
    END LOOP;
END
$$;
