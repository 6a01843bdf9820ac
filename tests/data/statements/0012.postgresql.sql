DELETE FROM facts WHERE facts.thing IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

DELETE FROM intents WHERE intents.id IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

DELETE FROM known WHERE known.name = %(of)s::VARCHAR;

DELETE FROM lines WHERE lines.intent = %(intent)s::VARCHAR AND lines.line = %(line)s::VARCHAR;

DELETE FROM lines WHERE lines.intent IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

DELETE FROM open_forms WHERE open_forms.expires_at < %(now)s::BIGINT;

DELETE FROM open_forms WHERE open_forms.team = %(team)s::VARCHAR AND open_forms."user" = %(user)s::VARCHAR AND (open_forms.id NOT IN (SELECT open_forms.id 
FROM open_forms 
WHERE open_forms.team = %(team)s::VARCHAR AND open_forms."user" = %(user)s::VARCHAR ORDER BY open_forms.expires_at DESC 
 LIMIT %(param_1)s::BIGINT));

DELETE FROM outbox WHERE outbox.id = %(of)s::BIGINT AND outbox.notice = %(its_notice)s::VARCHAR AND outbox.created_at = %(written_at)s::BIGINT;

DELETE FROM outbox WHERE outbox.id = %(of)s::BIGINT AND outbox.notice = %(its_notice)s::VARCHAR AND outbox.created_at = %(written_at)s::BIGINT OR outbox.intent = %(of_intent)s::VARCHAR AND outbox.notice = %(notice_1)s::VARCHAR AND outbox.state = %(state_1)s::VARCHAR AND (outbox.rev < %(by_rev)s::BIGINT OR outbox.rev = %(by_rev)s::BIGINT AND outbox.id < %(of)s::BIGINT);

DELETE FROM outbox WHERE outbox.id IN (SELECT anon_1.id 
FROM (SELECT outbox.id AS id 
FROM outbox 
WHERE outbox.state IN (%(param_1)s::VARCHAR, %(param_2)s::VARCHAR, %(param_3)s::VARCHAR) AND (outbox.state != %(state_1)s::VARCHAR OR outbox.created_at < %(before)s::BIGINT) 
 LIMIT %(param_4)s::BIGINT) AS anon_1);

DELETE FROM outbox WHERE outbox.intent = %(of_intent)s::VARCHAR AND outbox.line = %(of)s::VARCHAR AND outbox.state = %(state_1)s::VARCHAR AND outbox.id < (SELECT max(outbox.id) AS max_1 
FROM outbox 
WHERE outbox.intent = %(of_intent)s::VARCHAR AND outbox.line = %(of)s::VARCHAR AND outbox.state = %(state_1)s::VARCHAR);

DELETE FROM outbox WHERE outbox.intent IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

DELETE FROM tallies WHERE tallies.expires_at <= %(now)s::BIGINT;

DELETE FROM targets WHERE targets.digest = %(digest)s::VARCHAR AND targets.intent = %(intent)s::VARCHAR;

INSERT INTO audit (chain, number, at, team, "user", home, channel, action, decision, rule, why, app, intent, handle, digest, previous, hash) VALUES (%(chain)s::VARCHAR, %(number)s::BIGINT, %(at)s::BIGINT, %(team)s::VARCHAR, %(user)s::VARCHAR, %(home)s::VARCHAR, %(channel)s::VARCHAR, %(action)s::VARCHAR, %(decision)s::VARCHAR, %(rule)s::VARCHAR, %(why)s::VARCHAR, %(app)s::VARCHAR, %(intent)s::VARCHAR, %(handle)s::VARCHAR, %(digest)s::VARCHAR, %(previous)s::VARCHAR, %(hash)s::VARCHAR);

INSERT INTO audit_heads (chain, count, head) VALUES (%(chain)s::VARCHAR, %(count)s::BIGINT, %(head)s::VARCHAR);

INSERT INTO counters (kind, last) VALUES (%(of)s::VARCHAR, %(last)s::BIGINT) ON CONFLICT (kind) DO UPDATE SET last = (counters.last + %(last_1)s::BIGINT) RETURNING counters.last;

INSERT INTO counters (kind, last) VALUES (%(of)s::VARCHAR, %(number)s::BIGINT) ON CONFLICT (kind) DO UPDATE SET last = %(number)s::BIGINT;

INSERT INTO facts (key, thing, kind, does, job, by, ref, target, status, code, text, since, at, came_at) VALUES (%(key)s::VARCHAR, %(thing)s::VARCHAR, %(kind)s::VARCHAR, %(does)s::VARCHAR, %(job)s::VARCHAR, %(by)s::VARCHAR, %(ref)s::VARCHAR, %(target)s::VARCHAR, %(status)s::BIGINT, %(code)s::VARCHAR, %(text)s::VARCHAR, %(since)s::BIGINT, %(at)s::BIGINT, %(came_at)s::BIGINT) ON CONFLICT DO NOTHING RETURNING facts.id;

INSERT INTO hearing (sdk_app_id, heard_at, heard_after) VALUES (%(app)s::BIGINT, %(heard_at)s::BIGINT, coalesce((SELECT max(facts.id) AS max_1 
FROM facts), %(coalesce_1)s::BIGINT)) ON CONFLICT (sdk_app_id) DO UPDATE SET heard_at = %(heard_at)s::BIGINT, heard_after = coalesce((SELECT max(facts.id) AS max_1 
FROM facts), %(coalesce_1)s::BIGINT);

INSERT INTO hearing (sdk_app_id, refused_after) VALUES (%(app)s::BIGINT, coalesce((SELECT max(facts.id) AS max_1 
FROM facts), %(coalesce_1)s::BIGINT)) ON CONFLICT (sdk_app_id) DO UPDATE SET refused_after = coalesce((SELECT max(facts.id) AS max_1 
FROM facts), %(coalesce_1)s::BIGINT);

INSERT INTO intents (id, key, digest, action, kind, handle, made, state, rev, team, "user", home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, targets, callbacks, settled_by, reason, marks, created_at) VALUES (%(id)s::VARCHAR, %(key)s::VARCHAR, %(digest)s::VARCHAR, %(action)s::VARCHAR, %(kind)s::VARCHAR, %(handle)s::VARCHAR, %(made)s, %(state)s::VARCHAR, %(rev)s::BIGINT, %(team)s::VARCHAR, %(user)s::VARCHAR, %(home)s::VARCHAR, %(enterprise)s::VARCHAR, %(channel)s::VARCHAR, %(thread)s::VARCHAR, %(direct)s, %(locale)s::VARCHAR, %(app)s::VARCHAR, %(sdk_app_id)s::BIGINT, %(region)s::VARCHAR, %(room)s::VARCHAR, %(ref)s::VARCHAR, %(agent)s::VARCHAR, %(about)s::VARCHAR, %(masked)s::VARCHAR, %(reply)s::VARCHAR, %(note)s::VARCHAR, %(duplicates)s::VARCHAR, %(request)s, %(answer_url)s, %(request_id)s::VARCHAR, %(error_code)s::VARCHAR, %(error_text)s::VARCHAR, %(card_channel)s::VARCHAR, %(card_ts)s::VARCHAR, %(owner)s::VARCHAR, %(creates)s, %(ends)s, %(joins)s::VARCHAR, %(targets)s::VARCHAR, %(callbacks)s, %(settled_by)s::VARCHAR, %(reason)s::VARCHAR, %(marks)s::VARCHAR, %(created_at)s::BIGINT);

INSERT INTO known (name, value, at) VALUES (%(name)s::VARCHAR, %(value)s::VARCHAR, %(at)s::BIGINT);

INSERT INTO lines (intent, line, channel, ts) VALUES (%(intent)s::VARCHAR, %(line)s::VARCHAR, %(channel)s::VARCHAR, %(ts)s::VARCHAR);

INSERT INTO open_forms (id, team, "user", channel, thread, direct, command, subcommand, values, answer_url, expires_at) VALUES (%(id)s::VARCHAR, %(team)s::VARCHAR, %(user)s::VARCHAR, %(channel)s::VARCHAR, %(thread)s::VARCHAR, %(direct)s, %(command)s::VARCHAR, %(subcommand)s::VARCHAR, %(values)s, %(answer_url)s, %(expires_at)s::BIGINT);

INSERT INTO outbox (intent, app, rev, audience, notice, facts, state, tries, not_before, created_at, line) VALUES (%(intent)s::VARCHAR, %(app)s::VARCHAR, %(rev)s::BIGINT, %(audience)s::VARCHAR, %(notice)s::VARCHAR, %(facts)s::VARCHAR, %(state)s::VARCHAR, %(tries)s::BIGINT, %(not_before)s::BIGINT, %(created_at)s::BIGINT, %(line)s::VARCHAR) RETURNING outbox.id;

INSERT INTO tallies (team, name, number, expires_at) VALUES (%(team)s::VARCHAR, %(name)s::VARCHAR, %(more)s::BIGINT, %(expires_at)s::BIGINT) ON CONFLICT (team, name) DO UPDATE SET number = (tallies.number + %(more)s::BIGINT);

INSERT INTO targets (digest, intent) VALUES (%(digest)s::VARCHAR, %(intent)s::VARCHAR) ON CONFLICT DO NOTHING;

SELECT 'first' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.key = %(key)s::VARCHAR UNION ALL SELECT 'ends at' AS what, audit_heads.chain AS name, audit_heads.count AS number, audit_heads.head AS text 
FROM audit_heads 
WHERE audit_heads.chain = %(chain_of)s::VARCHAR;

SELECT 'first' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.key = %(key)s::VARCHAR UNION ALL SELECT 'ends at' AS what, audit_heads.chain AS name, audit_heads.count AS number, audit_heads.head AS text 
FROM audit_heads 
WHERE audit_heads.chain = %(chain_of)s::VARCHAR UNION ALL SELECT 'tally' AS what, tallies.name AS name, tallies.number AS number, '' AS text 
FROM tallies 
WHERE tallies.team = %(team)s::VARCHAR AND (tallies.name = %(live)s::VARCHAR OR tallies.name BETWEEN %(first)s::VARCHAR AND %(last)s::VARCHAR) UNION ALL SELECT 'alike' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.id IN (SELECT intents.id 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.room != '' AND intents.state IN (%(param_1)s, %(param_2)s, %(param_3)s, %(param_4)s, %(param_5)s, %(param_6)s) AND intents.about IS NULL AND NOT intents.ends AND intents.sdk_app_id = %(sdk_app_id)s::BIGINT AND (intents.state = %(state_1)s::VARCHAR OR intents.state = %(state_2)s::VARCHAR AND intents.owner != %(boot)s::VARCHAR OR intents.duplicates = %(duplicates)s::VARCHAR AND intents.duplicates != '') UNION SELECT targets.intent 
FROM targets 
WHERE targets.digest = %(digest_0)s::VARCHAR) AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND coalesce(intents.state, %(coalesce_3)s::VARCHAR) IN (%(param_1)s, %(param_2)s, %(param_3)s, %(param_4)s, %(param_5)s, %(param_6)s);

SELECT 'first' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.key = %(key)s::VARCHAR UNION ALL SELECT 'ends at' AS what, audit_heads.chain AS name, audit_heads.count AS number, audit_heads.head AS text 
FROM audit_heads 
WHERE audit_heads.chain = %(chain_of)s::VARCHAR UNION ALL SELECT 'tally' AS what, tallies.name AS name, tallies.number AS number, '' AS text 
FROM tallies 
WHERE tallies.team = %(team)s::VARCHAR AND (tallies.name = %(live)s::VARCHAR OR tallies.name BETWEEN %(first)s::VARCHAR AND %(last)s::VARCHAR) UNION ALL SELECT 'alike' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.id IN (SELECT intents.id 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.room != '' AND intents.state IN (%(param_1)s, %(param_2)s, %(param_3)s, %(param_4)s, %(param_5)s, %(param_6)s) AND intents.about IS NULL AND NOT intents.ends AND intents.sdk_app_id = %(sdk_app_id)s::BIGINT AND (intents.state = %(state_1)s::VARCHAR OR intents.state = %(state_2)s::VARCHAR AND intents.owner != %(boot)s::VARCHAR OR intents.duplicates = %(duplicates)s::VARCHAR AND intents.duplicates != '')) AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND coalesce(intents.state, %(coalesce_3)s::VARCHAR) IN (%(param_1)s, %(param_2)s, %(param_3)s, %(param_4)s, %(param_5)s, %(param_6)s) UNION ALL SELECT 'alike' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.ref = %(ref)s::VARCHAR AND intents.ref != '' AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND coalesce(intents.state, %(coalesce_3)s::VARCHAR) IN (%(param_1)s, %(param_2)s, %(param_3)s, %(param_4)s, %(param_5)s, %(param_6)s);

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain != %(chain_1)s::VARCHAR ORDER BY audit.chain, audit.number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = %(chain)s::VARCHAR AND audit.number = %(number)s::BIGINT;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = %(chain)s::VARCHAR ORDER BY audit.chain, audit.number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = %(chain)s::VARCHAR ORDER BY audit.number DESC 
 LIMIT %(param_1)s::BIGINT;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = %(chain_1)s::VARCHAR AND audit.action = %(action_1)s::VARCHAR ORDER BY audit.chain, audit.number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = %(team)s::VARCHAR ORDER BY audit.number DESC 
 LIMIT %(limit)s;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.team = %(team)s::VARCHAR AND audit."user" = %(user)s::VARCHAR ORDER BY audit.number DESC 
 LIMIT %(limit)s;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.team = %(team)s::VARCHAR AND audit.handle = %(handle)s::VARCHAR ORDER BY audit.number DESC 
 LIMIT %(limit)s;

SELECT audit.chain, audit.number, audit.at, audit.team, audit."user", audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit ORDER BY audit.chain, audit.number;

SELECT audit.number 
FROM audit 
WHERE audit.hash = %(of)s::VARCHAR UNION ALL SELECT audit_unkeyed.number 
FROM audit_unkeyed 
WHERE audit_unkeyed.hash = %(of)s::VARCHAR 
 LIMIT %(param_1)s::BIGINT;

SELECT audit_heads.chain, audit_heads.count, audit_heads.head 
FROM audit_heads 
WHERE audit_heads.chain = %(chain_of)s::VARCHAR FOR UPDATE;

SELECT audit_heads.chain, audit_heads.count, audit_heads.head 
FROM audit_heads ORDER BY audit_heads.chain;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed."user", audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed 
WHERE audit_unkeyed.team = %(team)s::VARCHAR AND audit_unkeyed."user" = %(user)s::VARCHAR ORDER BY audit_unkeyed.number DESC 
 LIMIT %(limit)s;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed."user", audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed 
WHERE audit_unkeyed.team = %(team)s::VARCHAR AND audit_unkeyed.handle = %(handle)s::VARCHAR ORDER BY audit_unkeyed.number DESC 
 LIMIT %(limit)s;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed."user", audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed 
WHERE audit_unkeyed.team = %(team)s::VARCHAR ORDER BY audit_unkeyed.number DESC 
 LIMIT %(limit)s;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed."user", audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed ORDER BY audit_unkeyed.number;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed."user", audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed ORDER BY audit_unkeyed.number DESC 
 LIMIT %(param_1)s::BIGINT;

SELECT counters.kind, counters.last 
FROM counters;

SELECT facts.id, facts.key, facts.thing, facts.kind, facts.does, facts.job, facts.by, facts.ref, facts.target, facts.status, facts.code, facts.text, facts.since, facts.at, facts.came_at 
FROM facts 
WHERE facts.thing = %(thing)s::VARCHAR ORDER BY facts.id;

SELECT facts.id, facts.key, facts.thing, facts.kind, facts.does, facts.job, facts.by, facts.ref, facts.target, facts.status, facts.code, facts.text, facts.since, facts.at, facts.came_at 
FROM facts 
WHERE facts.thing IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

SELECT hearing.heard_after >= (SELECT max(facts.id) AS max_1 
FROM facts 
WHERE facts.thing = %(thing)s::VARCHAR AND facts.kind = %(kind_1)s::VARCHAR AND facts.does = %(does_1)s::VARCHAR) AS anon_1, hearing.refused_after >= (SELECT max(facts.id) AS max_1 
FROM facts 
WHERE facts.thing = %(thing)s::VARCHAR AND facts.kind = %(kind_1)s::VARCHAR AND facts.does = %(does_1)s::VARCHAR) AS anon_2 
FROM hearing 
WHERE hearing.sdk_app_id = %(app)s::BIGINT;

SELECT hearing.heard_at 
FROM hearing 
WHERE hearing.sdk_app_id = %(app)s::BIGINT;

SELECT intents.about 
FROM intents 
WHERE intents.about IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1) AND intents.ends AND intents.state IN ('queued', 'waiting', 'sending');

SELECT intents.id 
FROM intents 
WHERE intents.ends AND intents.sdk_app_id = %(sdk_app_id)s::BIGINT AND intents.ref = %(ref)s::VARCHAR AND intents.ref != '' AND intents.id != %(other_than)s::VARCHAR AND intents.state IN (%(param_1)s, %(param_2)s) 
 LIMIT %(param_3)s::BIGINT;

SELECT intents.id 
FROM intents 
WHERE intents.state IN (%(param_1)s, %(param_2)s, %(param_3)s, %(param_4)s, %(param_5)s, %(param_6)s) AND intents.created_at < %(before)s::BIGINT 
 LIMIT %(param_7)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.about = %(thing)s::VARCHAR AND intents.ends AND intents.state = %(state_1)s::VARCHAR ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.about IS NULL AND NOT intents.ends AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR AND intents.id IN (SELECT facts.thing 
FROM facts 
WHERE facts.ref = %(ref)s::VARCHAR) ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(param_1)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.action = %(action)s::VARCHAR AND intents.sent_at <= %(before)s::BIGINT AND replace(%(param_1)s::VARCHAR || intents.marks || %(param_2)s::VARCHAR, %(mark)s, %(replace_1)s::VARCHAR) = (%(param_1)s::VARCHAR || intents.marks || %(param_2)s::VARCHAR) AND intents.callbacks AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.action = %(action)s::VARCHAR AND intents.sent_at <= %(before)s::BIGINT AND replace(%(param_1)s::VARCHAR || intents.marks || %(param_2)s::VARCHAR, %(mark)s, %(replace_1)s::VARCHAR) = (%(param_1)s::VARCHAR || intents.marks || %(param_2)s::VARCHAR) AND intents.callbacks AND intents.state = %(state_2)s::VARCHAR ORDER BY created_at, id 
 LIMIT %(param_3)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.action = %(action)s::VARCHAR AND intents.sent_at <= %(before)s::BIGINT AND replace(%(param_1)s::VARCHAR || intents.marks || %(param_2)s::VARCHAR, %(mark)s, %(replace_1)s::VARCHAR) = (%(param_1)s::VARCHAR || intents.marks || %(param_2)s::VARCHAR) AND intents.state = %(state_1)s::VARCHAR ORDER BY created_at, id 
 LIMIT %(param_3)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.agent = %(agent)s::VARCHAR AND intents.agent != '' AND intents.about IS NULL;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.card_channel = %(channel)s::VARCHAR AND intents.card_ts = %(ts)s::VARCHAR AND intents.card_ts != '' AND intents.team = %(team)s::VARCHAR 
 LIMIT %(param_1)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.card_channel = %(channel)s::VARCHAR AND intents.card_ts = %(ts)s::VARCHAR AND intents.card_ts != '' ORDER BY length(intents.handle), intents.handle;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates AND intents.sdk_app_id = %(app)s::BIGINT AND intents.state = %(state_1)s::VARCHAR ORDER BY created_at, id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates AND intents.targets = %(targets_1)s::VARCHAR AND intents.standing = %(standing_1)s::VARCHAR AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates AND intents.targets = %(targets_1)s::VARCHAR AND intents.standing = %(standing_1)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates AND intents.targets = %(targets_1)s::VARCHAR AND intents.standing = %(standing_1)s::VARCHAR AND intents.state = %(state_3)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates AND intents.targets = %(targets_1)s::VARCHAR AND intents.standing = %(standing_1)s::VARCHAR AND intents.state = %(state_4)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates AND intents.targets = %(targets_1)s::VARCHAR AND intents.standing = %(standing_1)s::VARCHAR AND intents.state = %(state_5)s::VARCHAR ORDER BY created_at, id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends AND (intents.about IS NULL AND intents.sdk_app_id = %(sdk_app_id)s::BIGINT AND intents.kind = %(kind)s::VARCHAR AND intents.ref = %(ref)s::VARCHAR AND intents.ref != '' OR intents.ends AND intents.joins IS NULL AND intents.state IN (%(param_1)s, %(param_2)s, %(param_3)s) AND intents.about = %(thing)s::VARCHAR) ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends AND intents.about IS NULL AND intents.ref = %(ref)s::VARCHAR AND intents.ref != '' AND intents.team = %(team)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(param_1)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends AND intents.joins IS NULL AND intents.ref != '' AND intents.state IN ('queued', 'sending') AND intents.sdk_app_id >= %(sdk_app_id_1)s::BIGINT AND intents.owner != %(boot)s::VARCHAR;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends AND intents.joins IS NULL AND intents.state IN (%(param_1)s, %(param_2)s, %(param_3)s) AND intents.about = %(thing)s::VARCHAR ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends AND intents.joins IS NULL AND intents.state IN (%(param_1)s, %(param_2)s, %(param_3)s) AND intents.sdk_app_id = %(sdk_app_id)s::BIGINT AND intents.kind = %(kind)s::VARCHAR AND intents.ref = %(ref)s::VARCHAR AND intents.ref != '';

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends AND intents.state = %(state_1)s::VARCHAR ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.handle = %(handle)s::VARCHAR AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(param_1)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.handle = %(handle)s::VARCHAR AND intents.team = %(team)s::VARCHAR ORDER BY intents.created_at DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id = %(id)s::VARCHAR;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id IN (SELECT stops.about 
FROM intents AS stops 
WHERE stops.request_id = %(text)s::VARCHAR AND stops.request_id != '' AND stops.about IS NOT NULL UNION SELECT facts.thing 
FROM facts 
WHERE facts.ref = %(text)s::VARCHAR UNION SELECT intents.id 
FROM intents 
WHERE intents.request_id = %(text)s::VARCHAR AND intents.request_id != '' UNION SELECT intents.id 
FROM intents 
WHERE intents.agent = %(text)s::VARCHAR AND intents.agent != '' UNION SELECT anon_1.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.ref = %(text)s::VARCHAR AND intents.ref != '' AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT) AS anon_1 UNION SELECT anon_2.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.room = %(text)s::VARCHAR AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT) AS anon_2 UNION SELECT anon_3.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents."user" = %(user)s::VARCHAR AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT) AS anon_3 UNION SELECT anon_4.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.ref) >= lower(%(text)s::VARCHAR) AND lower(intents.ref) < lower(%(text)s::VARCHAR || %(param_1)s::VARCHAR) AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.ref != '' 
 LIMIT %(param_2)s::BIGINT) AS anon_4 UNION SELECT anon_5.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.ref) >= lower(%(dashed)s::VARCHAR) AND lower(intents.ref) < lower(%(dashed)s::VARCHAR || %(param_3)s::VARCHAR) AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.ref != '' 
 LIMIT %(param_4)s::BIGINT) AS anon_5 UNION SELECT anon_6.id 
FROM (SELECT intents.id AS id, intents.ref AS whole 
FROM intents 
WHERE lower(right(intents.ref, CAST(8 AS integer))) = lower(right(%(text)s::VARCHAR, CAST(8 AS integer))) AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.ref != '' 
 LIMIT %(param_5)s::BIGINT) AS anon_6 
WHERE right(lower(anon_6.whole), CAST(%(end)s::BIGINT AS integer)) = lower(%(text)s::VARCHAR) UNION SELECT anon_7.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.request_id) >= lower(%(text)s::VARCHAR) AND lower(intents.request_id) < lower(%(text)s::VARCHAR || %(param_6)s::VARCHAR) AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.request_id != '' 
 LIMIT %(param_7)s::BIGINT) AS anon_7 UNION SELECT anon_8.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.request_id) >= lower(%(dashed)s::VARCHAR) AND lower(intents.request_id) < lower(%(dashed)s::VARCHAR || %(param_8)s::VARCHAR) AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.request_id != '' 
 LIMIT %(param_9)s::BIGINT) AS anon_8 UNION SELECT anon_9.id 
FROM (SELECT intents.id AS id, intents.request_id AS whole 
FROM intents 
WHERE lower(right(intents.request_id, CAST(8 AS integer))) = lower(right(%(text)s::VARCHAR, CAST(8 AS integer))) AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.request_id != '' 
 LIMIT %(param_10)s::BIGINT) AS anon_9 
WHERE right(lower(anon_9.whole), CAST(%(end)s::BIGINT AS integer)) = lower(%(text)s::VARCHAR)) AND coalesce(intents.team, %(coalesce_2)s::VARCHAR) = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id IN (SELECT stops.about 
FROM intents AS stops 
WHERE stops.request_id = %(text)s::VARCHAR AND stops.request_id != '' AND stops.about IS NOT NULL UNION SELECT facts.thing 
FROM facts 
WHERE facts.ref = %(text)s::VARCHAR UNION SELECT intents.id 
FROM intents 
WHERE intents.request_id = %(text)s::VARCHAR AND intents.request_id != '' UNION SELECT intents.id 
FROM intents 
WHERE intents.agent = %(text)s::VARCHAR AND intents.agent != '' UNION SELECT anon_1.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.ref = %(text)s::VARCHAR AND intents.ref != '' AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT) AS anon_1 UNION SELECT anon_2.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.room = %(text)s::VARCHAR AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT) AS anon_2 UNION SELECT anon_3.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents."user" = %(user)s::VARCHAR AND intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT) AS anon_3) AND coalesce(intents.team, %(coalesce_2)s::VARCHAR) = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.joins = %(job)s::VARCHAR;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.joins = %(job)s::VARCHAR AND intents.state = %(state_1)s::VARCHAR ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.key = %(key)s::VARCHAR;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ref = %(ref)s::VARCHAR AND intents.ref != '' AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.team, %(coalesce_1)s::VARCHAR) = %(team)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(param_1)s::BIGINT;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.sdk_app_id = %(sdk_app_id)s::BIGINT AND intents.ref = %(ref)s::VARCHAR AND intents.ref != '' AND intents.creates AND intents.id != %(other_than)s::VARCHAR;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.state = %(state)s::VARCHAR AND (intents.created_at, intents.id) > (%(at)s, %(after)s) AND intents.owner != %(boot)s::VARCHAR AND intents.callbacks AND intents.sent_at IS NOT NULL ORDER BY intents.created_at, intents.id 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.state = %(state)s::VARCHAR AND (intents.created_at, intents.id) > (%(at)s, %(after)s) AND intents.owner != %(boot)s::VARCHAR ORDER BY intents.created_at, intents.id 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND coalesce(intents."user", %(coalesce_1)s::VARCHAR) = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND coalesce(intents."user", %(coalesce_1)s::VARCHAR) = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_3)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND coalesce(intents."user", %(coalesce_1)s::VARCHAR) = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_4)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_3)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_4)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND intents."user" = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND intents."user" = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.state = %(state_3)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND intents."user" = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.state = %(state_4)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND intents.kind = %(kind)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND intents.kind = %(kind)s::VARCHAR AND intents.state = %(state_3)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND (intents.state != %(state_1)s::VARCHAR OR intents.owner != %(boot)s::VARCHAR) AND intents.kind = %(kind)s::VARCHAR AND intents.state = %(state_4)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents."user", %(coalesce_1)s::VARCHAR) = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents."user", %(coalesce_1)s::VARCHAR) = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents."user", %(coalesce_1)s::VARCHAR) = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_2)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.room = %(room)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents."user" = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents."user" = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents."user" = %(user)s::VARCHAR AND coalesce(intents.kind, %(coalesce_1)s::VARCHAR) = %(kind)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.kind = %(kind)s::VARCHAR AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.kind = %(kind)s::VARCHAR AND intents.state = %(state_2)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends AND intents.kind = %(kind)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.about IS NULL AND NOT intents.ends ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.kind = %(kind)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND intents.state = %(state_1)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.kind = %(kind)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND intents.state = %(state_2)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.kind = %(kind)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND intents.state = %(state_3)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.kind = %(kind)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND intents.state = %(state_4)s::VARCHAR UNION ALL SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = %(team)s::VARCHAR AND intents.kind = %(kind)s::VARCHAR AND intents.creates AND intents.about IS NULL AND NOT intents.ends AND intents.state = %(state_5)s::VARCHAR ORDER BY created_at DESC, id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.undecided AND intents.team = %(team)s::VARCHAR AND intents.kind = %(kind)s::VARCHAR ORDER BY intents.created_at DESC, intents.id DESC 
 LIMIT %(limit)s;

SELECT intents.id, intents.request, intents.reply_secret, intents.answer_url 
FROM intents 
WHERE intents.id > %(after)s::VARCHAR ORDER BY intents.id 
 LIMIT %(param_1)s::BIGINT;

SELECT intents.id, intents.rev 
FROM intents 
WHERE intents.id IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

SELECT intents.reply_secret, intents.masked 
FROM intents 
WHERE intents.id = %(of)s::VARCHAR;

SELECT intents.request, intents.masked 
FROM intents 
WHERE intents.id = %(of)s::VARCHAR;

SELECT intents.state, count(*) AS count_1 
FROM intents GROUP BY intents.state;

SELECT known.name, known.value, known.at 
FROM known 
WHERE known.name = %(of)s::VARCHAR;

SELECT lines.intent, lines.line, lines.channel, lines.ts 
FROM lines 
WHERE lines.intent IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(ids)s::VARCHAR AS json)) AS anon_1);

SELECT max(intents.id) AS max_1 
FROM intents;

SELECT min(outbox.not_before) AS min_1 
FROM outbox 
WHERE outbox.intent = %(intent)s::VARCHAR AND outbox.line = %(line)s::VARCHAR AND outbox.state = %(state_1)s::VARCHAR;

SELECT open_forms.id, open_forms.team, open_forms."user", open_forms.channel, open_forms.thread, open_forms.direct, open_forms.command, open_forms.subcommand, open_forms.values, open_forms.answer_url, open_forms.expires_at, open_forms.used_by 
FROM open_forms 
WHERE open_forms.id = %(form)s::VARCHAR AND open_forms.team = %(team)s::VARCHAR AND open_forms."user" = %(user)s::VARCHAR AND open_forms.expires_at >= %(now)s::BIGINT;

SELECT open_forms.id, open_forms.values, open_forms.answer_url 
FROM open_forms 
WHERE open_forms.id > %(after)s::VARCHAR ORDER BY open_forms.id 
 LIMIT %(param_1)s::BIGINT;

SELECT outbox.created_at 
FROM outbox 
WHERE outbox.state = %(state_1)s::VARCHAR ORDER BY outbox.created_at 
 LIMIT %(param_1)s::BIGINT;

SELECT outbox.id 
FROM outbox 
WHERE outbox.state = %(state_1)s::VARCHAR AND NOT (outbox.notice = %(notice_1)s::VARCHAR AND (EXISTS (SELECT newer.id 
FROM outbox AS newer 
WHERE newer.intent = outbox.intent AND newer.notice = %(notice_2)s::VARCHAR AND (newer.rev > outbox.rev OR newer.rev = outbox.rev AND newer.id > outbox.id))));

SELECT outbox.id AS notice_id, outbox.intent AS notice_intent, outbox.app AS notice_app, outbox.rev AS notice_rev, outbox.audience AS notice_audience, outbox.notice AS notice_notice, outbox.facts AS notice_facts, outbox.body AS notice_body, outbox.state AS notice_state, outbox.tries AS notice_tries, outbox.not_before AS notice_not_before, outbox.created_at AS notice_created_at, outbox.line AS notice_line, intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM outbox LEFT OUTER JOIN intents ON outbox.intent = intents.id 
WHERE outbox.state = %(state_1)s::VARCHAR AND outbox.not_before <= %(now)s::BIGINT AND (CAST(outbox.id AS VARCHAR) NOT IN (SELECT anon_1.value 
FROM json_array_elements_text(CAST(%(under_way)s::VARCHAR AS json)) AS anon_1)) AND NOT (outbox.notice = %(notice_1)s::VARCHAR AND (EXISTS (SELECT newer.id 
FROM outbox AS newer 
WHERE newer.intent = outbox.intent AND newer.notice = %(notice_2)s::VARCHAR AND (newer.rev > outbox.rev OR newer.rev = outbox.rev AND newer.id > outbox.id)))) ORDER BY outbox.not_before, outbox.id 
 LIMIT %(limit)s;

SELECT outbox.not_before 
FROM outbox 
WHERE outbox.state = %(state_1)s::VARCHAR AND outbox.not_before > %(after)s::BIGINT AND NOT (outbox.notice = %(notice_1)s::VARCHAR AND (EXISTS (SELECT newer.id 
FROM outbox AS newer 
WHERE newer.intent = outbox.intent AND newer.notice = %(notice_2)s::VARCHAR AND (newer.rev > outbox.rev OR newer.rev = outbox.rev AND newer.id > outbox.id)))) ORDER BY outbox.not_before 
 LIMIT %(param_1)s::BIGINT;

UPDATE audit_heads SET count=%(count)s::BIGINT, head=%(head)s::VARCHAR WHERE audit_heads.chain = %(of)s::VARCHAR;

UPDATE counters SET last=(counters.last + %(last_1)s::BIGINT);

UPDATE facts SET target=%(target)s::VARCHAR WHERE facts.thing = %(of)s::VARCHAR AND facts.target = %(old)s::VARCHAR;

UPDATE intents SET card_channel=%(card_channel)s::VARCHAR, card_ts=%(card_ts)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR;

UPDATE intents SET handle=%(handle)s::VARCHAR, about=%(about)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR;

UPDATE intents SET reason=%(reason)s::VARCHAR WHERE intents.ends AND intents.about = %(thing)s::VARCHAR AND intents.ref = %(its_ref)s::VARCHAR AND intents.state = %(ended)s::VARCHAR;

UPDATE intents SET ref=%(ref)s::VARCHAR, joins=%(joins)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR;

UPDATE intents SET request=%(request)s WHERE intents.id = %(of)s::VARCHAR;

UPDATE intents SET request=%(request)s, settled_at=%(settled_at)s::BIGINT WHERE intents.id = %(of)s::VARCHAR;

UPDATE intents SET rev=(intents.rev + %(rev_1)s::BIGINT), note=%(note)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR RETURNING intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at;

UPDATE intents SET rev=(intents.rev + %(rev_1)s::BIGINT), reply_secret=%(reply_secret)s, marks=%(marks)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR RETURNING intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at;

UPDATE intents SET state=%(state)s::VARCHAR, rev=(intents.rev + %(rev_1)s::BIGINT), owner=%(owner)s::VARCHAR, sent_at=%(sent_at)s::BIGINT, send_by=%(send_by)s::BIGINT WHERE intents.id = %(of)s::VARCHAR AND intents.state IN (%(param_1)s::VARCHAR) RETURNING intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at;

UPDATE intents SET state=%(state)s::VARCHAR, rev=(intents.rev + %(rev_1)s::BIGINT), ref=%(ref)s::VARCHAR, error_code=%(error_code)s::VARCHAR, error_text=%(error_text)s::VARCHAR, owner=%(owner)s::VARCHAR, standing=%(standing)s::VARCHAR, undecided=%(undecided)s, settled_by=%(settled_by)s::VARCHAR, reason=%(reason)s::VARCHAR, sent_at=%(sent_at)s::BIGINT, send_by=%(send_by)s::BIGINT WHERE intents.id = %(of)s::VARCHAR AND intents.rev = %(seen)s::BIGINT AND intents.state = %(was)s::VARCHAR AND NOT (EXISTS (SELECT facts.id 
FROM facts 
WHERE facts.thing = %(of)s::VARCHAR AND facts.key != %(known)s::VARCHAR)) AND NOT (EXISTS (SELECT others.id 
FROM intents AS others 
WHERE others.sdk_app_id = %(app)s::BIGINT AND others.sdk_app_id != %(sdk_app_id_1)s::BIGINT AND others.ref = %(its_ref)s::VARCHAR AND others.ref != '' AND others.creates AND others.id != %(of)s::VARCHAR)) RETURNING EXISTS (SELECT stops.id 
FROM intents AS stops 
WHERE stops.ends AND (stops.about = %(of)s::VARCHAR OR stops.sdk_app_id = %(app)s::BIGINT AND stops.ref = %(its_ref)s::VARCHAR AND stops.ref != '')) AS stop, intents.card_channel, intents.card_ts;

UPDATE intents SET state=%(state)s::VARCHAR, rev=(intents.rev + %(rev_1)s::BIGINT), ref=%(ref)s::VARCHAR, error_code=%(error_code)s::VARCHAR, error_text=%(error_text)s::VARCHAR, standing=%(standing)s::VARCHAR, undecided=%(undecided)s, settled_by=%(settled_by)s::VARCHAR, reason=%(reason)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR RETURNING intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at;

UPDATE intents SET state=%(state)s::VARCHAR, rev=(intents.rev + %(rev_1)s::BIGINT), ref=%(ref)s::VARCHAR, error_code=%(error_code)s::VARCHAR, error_text=%(error_text)s::VARCHAR, standing=%(standing)s::VARCHAR, undecided=%(undecided)s, settled_by=%(settled_by)s::VARCHAR, reason=%(reason)s::VARCHAR, settled_at=%(settled_at)s::BIGINT WHERE intents.id = %(of)s::VARCHAR RETURNING intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at;

UPDATE intents SET state=%(state)s::VARCHAR, rev=(intents.rev + %(rev_1)s::BIGINT), ref=%(ref)s::VARCHAR, request_id=%(request_id)s::VARCHAR, error_code=%(error_code)s::VARCHAR, error_text=%(error_text)s::VARCHAR, standing=%(standing)s::VARCHAR, undecided=%(undecided)s, settled_by=%(settled_by)s::VARCHAR, reason=%(reason)s::VARCHAR, settled_at=%(settled_at)s::BIGINT WHERE intents.id = %(of)s::VARCHAR AND intents.rev = %(seen)s::BIGINT AND intents.state = %(was)s::VARCHAR AND NOT (EXISTS (SELECT facts.id 
FROM facts 
WHERE facts.thing = %(of)s::VARCHAR AND facts.key != %(known)s::VARCHAR)) AND NOT (EXISTS (SELECT others.id 
FROM intents AS others 
WHERE others.sdk_app_id = %(app)s::BIGINT AND others.sdk_app_id != %(sdk_app_id_1)s::BIGINT AND others.ref = %(its_ref)s::VARCHAR AND others.ref != '' AND others.creates AND others.id != %(of)s::VARCHAR)) RETURNING EXISTS (SELECT stops.id 
FROM intents AS stops 
WHERE stops.ends AND (stops.about = %(of)s::VARCHAR OR stops.sdk_app_id = %(app)s::BIGINT AND stops.ref = %(its_ref)s::VARCHAR AND stops.ref != '')) AS stop, intents.card_channel, intents.card_ts;

UPDATE intents SET state=%(state)s::VARCHAR, rev=(intents.rev + %(rev_1)s::BIGINT), settled_at=%(settled_at)s::BIGINT WHERE intents.id = %(of)s::VARCHAR AND intents.state IN (%(param_1)s::VARCHAR, %(param_2)s::VARCHAR, %(param_3)s::VARCHAR) RETURNING intents.id, intents.key, intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents."user", intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.undecided, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at;

UPDATE intents SET state=%(to_state)s::VARCHAR, rev=%(to_rev)s::BIGINT, ref=%(to_ref)s::VARCHAR, error_code=%(to_error_code)s::VARCHAR, error_text=%(to_error_text)s::VARCHAR, standing=%(to_standing)s::VARCHAR, undecided=%(to_undecided)s, settled_by=%(to_settled_by)s::VARCHAR, reason=%(to_reason)s::VARCHAR, settled_at=coalesce(%(to_settled_at)s, intents.settled_at) WHERE intents.id = %(of)s::VARCHAR;

UPDATE intents SET targets=%(targets)s::VARCHAR WHERE intents.id = %(of)s::VARCHAR;

UPDATE open_forms SET used_by=%(used_by)s::VARCHAR WHERE open_forms.id = %(of)s::VARCHAR AND (open_forms.used_by = %(used_by_1)s::VARCHAR OR open_forms.used_by = %(key)s::VARCHAR);

UPDATE open_forms SET values=%(values)s WHERE open_forms.id = %(of)s::VARCHAR;

UPDATE outbox SET not_before=%(not_before)s::BIGINT WHERE outbox.id = %(of)s::BIGINT AND outbox.state = %(state_1)s::VARCHAR;

UPDATE outbox SET not_before=%(now)s::BIGINT WHERE outbox.state = %(state_1)s::VARCHAR AND outbox.not_before > %(now)s::BIGINT AND outbox.created_at > %(now)s::BIGINT;

UPDATE outbox SET not_before=%(now)s::BIGINT WHERE outbox.state = %(state_1)s::VARCHAR AND outbox.tries > %(tries_1)s::BIGINT AND outbox.not_before > %(now)s::BIGINT;

UPDATE outbox SET not_before=CASE WHEN (outbox.created_at > %(now)s::BIGINT - %(back)s::BIGINT) THEN %(now)s::BIGINT ELSE outbox.not_before + %(steps)s::BIGINT END WHERE outbox.state = %(state_1)s::VARCHAR AND outbox.not_before > %(now)s::BIGINT - %(ahead)s::BIGINT AND (outbox.created_at <= %(now)s::BIGINT - %(ahead)s::BIGINT OR outbox.created_at > %(now)s::BIGINT + %(back)s::BIGINT);

UPDATE outbox SET state=%(state)s::VARCHAR WHERE outbox.id = %(of)s::BIGINT;

UPDATE outbox SET tries=(outbox.tries + %(more)s::BIGINT), not_before=%(not_before)s::BIGINT WHERE outbox.id = %(of)s::BIGINT;

