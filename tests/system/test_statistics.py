"""What a week comes to: played, rotated, and every number of every row
compared with a plain model of it (week_model)."""

import collections
import datetime
import json
import random
import struct
import uuid

import week_model
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, own_stores, stores  # noqa: F401
from week_model import Change, Reset

FACTIONS = ["red", "blue", "green"]
SCORING = {"pixel_points": 2, "territory_multiplier": 5,
           "collaboration_bonus": 1.5, "vote_points": 10}

Actor = collections.namedtuple("Actor", "id kind faction")

OWN = ("pixels_placed, pixels_overwritten, pixels_survived, "
       "largest_territory_size, final_territory_size, "
       "collaborations_count, unique_collaborators, score")


class Player:
    """Plays weeks into the log, and remembers what it did."""

    def __init__(self, stores, seed):
        self.stores = stores
        self.rng = random.Random(seed)
        self.changes = []
        self.lost = set()
        self.colors = {}
        # their rewards are tests/sql/objectives_model.sql's
        stores.sql("UPDATE objective_definitions SET is_active = false")
        stores.sql("DELETE FROM weekly_objectives")
        self.actors = [
            Actor(str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
                  kind, 1 + n % len(FACTIONS))
            for n, kind in enumerate("uuuggggaaa")]
        for n, actor in enumerate(self.actors):
            if actor.kind == "u":
                stores.sql("INSERT INTO users (id, username, password_hash) "
                           "VALUES (%s, %s, 'x')", actor.id, f"user-{n}")
            elif actor.kind == "a":
                stores.sql("INSERT INTO agents (id, name) VALUES (%s, %s)",
                           actor.id, f"agent-{n}")

    def pixel(self):
        """In a corner, so that neighbours meet."""
        return (self.rng.randrange(11), self.rng.randrange(9),
                self.rng.randrange(16))

    def actor(self):
        return self.rng.choice(self.actors[:2] if self.rng.random() < 0.5
                               else self.actors)

    def place(self, count):
        for _ in range(count):
            x, y, color = self.pixel()
            actor = self.actor()
            _, seq = at = self.stores.place(x, y, color, actor.id,
                                            kind=actor.kind)
            self.colors[x, y] = color
            self.changes.append((at, Change(seq, None, x, y, color, actor,
                                            None)))

    def write(self, count):
        """Into the log as the library writes it: with factions, by nobody."""
        stores = self.stores
        epoch, seq = stores.position()
        for _ in range(count):
            x, y, color = self.pixel()
            actor = self.actor() if self.rng.random() < 0.8 else None
            seq += 1
            event = struct.pack(
                ">cHHBBc16sB", b"p", x, y, color,
                self.colors.get((x, y), 15),
                actor.kind.encode() if actor else b"s",
                uuid.UUID(actor.id).bytes if actor else bytes(16),
                actor.faction if actor else 0)
            now, us = stores.redis.time()
            event += (now * 1000 + us // 1000).to_bytes(7, "big")
            pipe = stores.redis.pipeline()
            pipe.xadd(stores.prefix + "canvas:events", {"e": event},
                      f"{epoch}-{seq}")
            pipe.set(stores.prefix + "canvas:seq", seq)
            pipe.execute_command(
                "BITFIELD", stores.prefix + "canvas:state", "SET", "u4",
                f"#{x + y * stores.width}", color)
            pipe.execute()
            self.colors[x, y] = color
            self.changes.append(
                ((epoch, seq), Change(seq, None, x, y, color, actor,
                                      actor.faction if actor else None)))

    def reset(self):
        epoch, _ = self.stores.position()
        self.stores.canvas.lock("t")
        reply = self.stores.canvas.turn("t", epoch, reason="reset")
        assert reply[0] == b"OK", reply
        self.stores.redis.delete(self.stores.prefix + "canvas:rotation:lock")
        self.changes.append(((reply[1], reply[2]), Reset(None)))
        self.colors = {}

    def restart(self):
        """As after a restart of Redis: a new epoch."""
        before, _ = self.stores.position()
        self.stores.redis_server.load_library()
        assert self.stores.position()[0] > before

    def lose(self, recorder, count):
        """An older state of Redis comes back: what followed is lost."""
        stores = self.stores
        older = {key: stores.redis.dump(key)
                 for key in stores.redis.keys(stores.prefix + "*")}
        kept = len(self.changes)
        self.place(count)
        stores.wait_recorded()
        recorder.terminate()
        recorder.wait()
        for key, value in older.items():
            stores.redis.restore(key, 0, value, replace=True)
        self.changes = self.changes[:kept]
        self.restart()
        self.colors = {}
        return stores.record()

    def week(self):
        """The changes of the week with their times, and begins another."""
        times = {(epoch, seq): at for epoch, seq, at in self.stores.sql(
            "SELECT epoch, seq, created_at FROM pixel_events")}
        resets = dict(self.stores.sql(
            "SELECT epoch, started_at FROM canvas_epochs"))
        week = [change._replace(at=times[at]) if isinstance(change, Change)
                else Reset(resets[at[0]]) for at, change in self.changes]
        self.changes, self.colors = [], {}
        return week


def begin(stores, mode, scoring, factions):
    """The rules of the running week, as far as they count for scores."""
    stores.sql("UPDATE game_modes SET scoring_rules = %s WHERE slug = %s",
               json.dumps(scoring), mode)
    stores.sql("UPDATE current_canvas SET factions = %s, "
               "current_game_mode_id = (SELECT id FROM game_modes "
               "WHERE slug = %s)", factions, mode)


def vote(stores, author, voters):
    artwork = stores.value(
        "INSERT INTO artworks (user_id, title, x, y, width, height) "
        "VALUES (%s, 'it', 0, 0, 5, 5) RETURNING id", author.id)
    for voter in voters:
        stores.sql("INSERT INTO votes (kind, user_id, artwork_id) "
                   "VALUES ('art', %s, %s)", voter.id, artwork)


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def rows(stores, table, key, rank, archive):
    return {row[0]: row[1:] for row in stores.sql(
        f"SELECT {key}, {OWN}, {rank} FROM {table} WHERE archive_id = %s",
        archive)}


def check(stores, changes, scoring, votes):
    """Rotates, and compares what is archived."""
    stores.ok("rotate", "--force", "--mode", "classic")
    (archive, stats, total, people, palette, user, agent, faction), = \
        stores.sql("SELECT id, stats, total_pixels_placed, "
                   "unique_contributors, palette, winner_user_id, "
                   "winner_agent_id, winner_faction_id FROM canvas_archives "
                   "ORDER BY new_epoch DESC LIMIT 1")
    week = changes()

    actors = week_model.Week(week, lambda change: change.who)
    factions = week_model.Week(week, lambda change: change.faction)
    scores = actors.scores(scoring, votes)
    overall = week_model.ranks(scores)
    people_scores = {who: scores[who] for who in scores if who.kind != "a"}
    agent_scores = {who: scores[who] for who in scores if who.kind == "a"}
    faction_scores = factions.scores(
        {name: value for name, value in scoring.items()
         if name != "vote_points"}, {})

    assert total == len(week_model.placed(week))
    assert people == len(actors.owners)

    def expected(owners, scores, *ranks):
        return {key(who): (*owners[who].columns(), scores[who][0],
                           *(rank[who] for rank in ranks))
                for who in scores}

    def key(who):
        return who.id if isinstance(who, Actor) else FACTIONS[who - 1]

    assert rows(stores, "weekly_user_stats", "user_id",
                "overall_rank, user_rank", archive) == expected(
        actors.owners, people_scores, overall,
        week_model.ranks(people_scores))
    assert rows(stores, "weekly_agent_stats", "agent_id",
                "overall_rank, agent_rank", archive) == expected(
        actors.owners, agent_scores, overall,
        week_model.ranks(agent_scores))
    assert rows(stores, "weekly_faction_stats", "faction_id", "faction_rank",
                archive) == expected(
        factions.owners, faction_scores, week_model.ranks(faction_scores))

    best = [week_model.winner(found) for found in
            (people_scores, agent_scores, faction_scores)]
    assert [user, agent, faction] == [who and key(who) for who in best]

    assert dict(stores.sql(
        "SELECT agent_id, reputation_earned FROM weekly_agent_stats "
        "WHERE archive_id = %s", archive)) == {
        who.id: week_model.reputation(overall[who], people, who == best[1])
        for who in agent_scores}

    check_stats(stores, stats, week, actors, factions, faction_scores,
                palette)


def check_stats(stores, stats, week, actors, factions, faction_scores,
                palette):
    names = dict(stores.sql("SELECT id, username::text FROM users UNION ALL "
                            "SELECT id, name FROM agents"))
    owners = actors.owners

    def top(ours, key, name):
        first = sorted(ours, key=lambda who: (-owners[who].placed,
                                              owners[who].last_seq))
        return [{key: who.id, name: names[who.id],
                 "pixels_placed": owners[who].placed} for who in first[:10]]

    kinds = collections.Counter(who.kind for who in owners)
    assert stats["top_contributors"] == top(
        [who for who in owners if who.kind != "a"], "user_id", "username")
    assert stats["top_agents"] == top(
        [who for who in owners if who.kind == "a"], "agent_id", "name")
    assert stats["top_factions"] == [
        {"faction_id": FACTIONS[who - 1],
         "territory_count": factions.owners[who].placed
         - factions.owners[who].overwritten,
         "pixels_placed": factions.owners[who].placed,
         "members": len({change.who for change in week_model.placed(week)
                         if change.faction == who})}
        for who in sorted(faction_scores, key=lambda who: (
            -faction_scores[who][0], faction_scores[who][1]))]
    assert stats["totals"] == {
        "pixels_placed": len(week_model.placed(week)),
        "contributors": len(owners), "users": kinds["u"],
        "guests": kinds["g"], "agents": kinds["a"],
        "faded": sum(isinstance(change, Change) and change.who is None
                     for change in week)}
    assert stats["heatmap_data"] == week_model.heatmap(
        week, stores.width, stores.height)
    assert stats["colors"] == week_model.colors(week, palette)
    told = [(instant(moment["timestamp"]), moment["event"])
            for moment in stats["notable_moments"]]
    assert [at for at, _ in told] == sorted(at for at, _ in told)
    assert sorted(told) == week_model.moments(week, actors.best,
                                              lambda who: names[who.id])


def test_weeks(stores):
    """Two weeks: scores of pixels alone, then of all there is."""
    player = Player(stores, 1)
    stores.record()

    player.place(60)
    player.reset()
    player.place(150)
    check(stores, player.week, {"pixel_points": 1}, {})

    begin(stores, "territory-wars", SCORING, FACTIONS)
    author = player.actors[1]
    player.place(120)
    vote(stores, author, player.actors[:3])
    player.write(250)
    player.restart()
    player.reset()
    player.place(40)
    player.write(300)
    player.place(150)
    check(stores, player.week, SCORING, {author: 3})

    # the sums of an agent's life
    (reputation, weeks, pixels, survived, together, largest), = stores.sql(
        "SELECT reputation, weeks_played, r.pixels_placed, "
        "r.pixels_survived, r.collaborations_count, r.largest_territory_size "
        "FROM agent_reputation r WHERE agent_id = %s", player.actors[-1].id)
    assert (reputation, weeks, pixels, survived, together, largest) \
        == stores.sql(
            "SELECT sum(reputation_earned), count(*), sum(pixels_placed), "
            "sum(pixels_survived), sum(collaborations_count), "
            "max(largest_territory_size) FROM weekly_agent_stats "
            "WHERE agent_id = %s AND archive_id IS NOT NULL",
            player.actors[-1].id)[0]


def test_weeks_of_many_kinds(stores):
    player = Player(stores, 2)
    stores.record()

    for turn in range(4):
        mode = player.rng.choice(["territory-wars", "color-factions"])
        scoring = {name: player.rng.choice([0, 0.5, 1, 3])
                   for name in player.rng.sample(sorted(SCORING), 3)}
        begin(stores, mode, scoring, FACTIONS)
        for _ in range(player.rng.randrange(1, 5)):
            step = player.rng.choice([player.reset, player.restart,
                                      lambda: player.place(60),
                                      lambda: player.write(120)])
            step()
        check(stores, player.week, scoring, {})


def test_entries_that_redis_lost(own_stores):
    """They are not part of the week, whatever they had changed."""
    player = Player(own_stores, 3)
    recorder = own_stores.record()
    begin(own_stores, "territory-wars", SCORING, FACTIONS)
    player.place(150)
    own_stores.wait_recorded()
    recorder = player.lose(recorder, 40)
    player.place(150)
    check(own_stores, player.week, SCORING, {})


def test_a_week_without_a_pixel(stores):
    stores.record()
    check(stores, Player(stores, 4).week, {}, {})
    assert stores.value("SELECT stats->'notable_moments' "
                        "FROM canvas_archives") == []


def test_what_cannot_be_counted(stores):
    """The week turns all the same, with totals from SQL."""
    player = Player(stores, 5)
    stores.record()
    player.place(20)
    stores.wait_recorded()
    stores.sql("UPDATE pixel_events SET x = 5000 WHERE seq = 7")
    result = stores.helper("rotate", "--force", "--mode", "classic")
    assert result.code == 0
    assert "[alert] canvas rotate: no statistics of this week: the log has " \
        "pixel 5000," in result.err
    assert stores.sql(
        "SELECT total_pixels_placed, stats->'heatmap_data', "
        "(SELECT count(*) FROM weekly_user_stats "
        "WHERE largest_territory_size IS NULL) > 0 "
        "FROM canvas_archives") == [(20, None, True)]
