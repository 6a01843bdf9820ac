DELETE FROM facts WHERE facts.thing IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

DELETE FROM intents WHERE intents.id IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

DELETE FROM known WHERE known.name = :of;

DELETE FROM lines WHERE lines.intent = :intent AND lines.line = :line;

DELETE FROM lines WHERE lines.intent IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

DELETE FROM open_forms WHERE open_forms.expires_at < :now;

DELETE FROM open_forms WHERE open_forms.team = :team AND open_forms.user = :user AND (open_forms.id NOT IN (SELECT open_forms.id 
FROM open_forms 
WHERE open_forms.team = :team AND open_forms.user = :user ORDER BY open_forms.expires_at DESC
 LIMIT :param_1 OFFSET :param_2));

DELETE FROM outbox WHERE outbox.id = :of AND outbox.notice = :its_notice AND outbox.created_at = :written_at;

DELETE FROM outbox WHERE outbox.id = :of AND outbox.notice = :its_notice AND outbox.created_at = :written_at OR outbox.intent = :of_intent AND outbox.notice = :notice_1 AND outbox.state = :state_1 AND (outbox.rev < :by_rev OR outbox.rev = :by_rev AND outbox.id < :of);

DELETE FROM outbox WHERE outbox.id IN (SELECT anon_1.id 
FROM (SELECT outbox.id AS id 
FROM outbox 
WHERE outbox.state IN (:param_1, :param_2, :param_3) AND (outbox.state != :state_1 OR outbox.created_at < :before)
 LIMIT :param_4 OFFSET :param_5) AS anon_1);

DELETE FROM outbox WHERE outbox.intent = :of_intent AND outbox.line = :of AND outbox.state = :state_1 AND outbox.id < (SELECT max(outbox.id) AS max_1 
FROM outbox 
WHERE outbox.intent = :of_intent AND outbox.line = :of AND outbox.state = :state_1);

DELETE FROM outbox WHERE outbox.intent IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

DELETE FROM tallies WHERE tallies.expires_at <= :now;

DELETE FROM targets WHERE targets.digest = :digest AND targets.intent = :intent;

INSERT INTO audit (chain, number, at, team, user, home, channel, action, decision, rule, why, app, intent, handle, digest, previous, hash) VALUES (:chain, :number, :at, :team, :user, :home, :channel, :action, :decision, :rule, :why, :app, :intent, :handle, :digest, :previous, :hash);

INSERT INTO audit_heads (chain, count, head) VALUES (:chain, :count, :head);

INSERT INTO counters (kind, last) VALUES (:of, :last) ON CONFLICT (kind) DO UPDATE SET last = (counters.last + :last_1) RETURNING last;

INSERT INTO counters (kind, last) VALUES (:of, :number) ON CONFLICT (kind) DO UPDATE SET last = :number;

INSERT INTO facts ("key", thing, kind, does, job, "by", ref, target, status, code, text, since, at, came_at) VALUES (:key, :thing, :kind, :does, :job, :by, :ref, :target, :status, :code, :text, :since, :at, :came_at) ON CONFLICT DO NOTHING;

INSERT INTO hearing (sdk_app_id, heard_at, heard_after) VALUES (:app, :heard_at, coalesce((SELECT max(facts.id) AS max_1 
FROM facts), :coalesce_1)) ON CONFLICT (sdk_app_id) DO UPDATE SET heard_at = :heard_at, heard_after = coalesce((SELECT max(facts.id) AS max_1 
FROM facts), :coalesce_1);

INSERT INTO hearing (sdk_app_id, refused_after) VALUES (:app, coalesce((SELECT max(facts.id) AS max_1 
FROM facts), :coalesce_1)) ON CONFLICT (sdk_app_id) DO UPDATE SET refused_after = coalesce((SELECT max(facts.id) AS max_1 
FROM facts), :coalesce_1);

INSERT INTO intents (id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, targets, callbacks, settled_by, reason, marks, created_at) VALUES (:id, :key, :digest, :action, :kind, :handle, :made, :state, :rev, :team, :user, :home, :enterprise, :channel, :thread, :direct, :locale, :app, :sdk_app_id, :region, :room, :ref, :agent, :about, :masked, :reply, :note, :duplicates, :request, :answer_url, :request_id, :error_code, :error_text, :card_channel, :card_ts, :owner, :creates, :ends, :joins, :targets, :callbacks, :settled_by, :reason, :marks, :created_at);

INSERT INTO known (name, value, at) VALUES (:name, :value, :at);

INSERT INTO lines (intent, line, channel, ts) VALUES (:intent, :line, :channel, :ts);

INSERT INTO open_forms (id, team, user, channel, thread, direct, command, subcommand, "values", answer_url, expires_at) VALUES (:id, :team, :user, :channel, :thread, :direct, :command, :subcommand, :values, :answer_url, :expires_at);

INSERT INTO outbox (intent, app, rev, audience, notice, facts, state, tries, not_before, created_at, line) VALUES (:intent, :app, :rev, :audience, :notice, :facts, :state, :tries, :not_before, :created_at, :line);

INSERT INTO tallies (team, name, number, expires_at) VALUES (:team, :name, :more, :expires_at) ON CONFLICT (team, name) DO UPDATE SET number = (tallies.number + :more);

INSERT INTO targets (digest, intent) VALUES (:digest, :intent) ON CONFLICT DO NOTHING;

SELECT 'first' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents."key" = :key UNION ALL SELECT 'ends at' AS what, audit_heads.chain AS name, audit_heads.count AS number, audit_heads.head AS text 
FROM audit_heads 
WHERE audit_heads.chain = :chain_of;

SELECT 'first' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents."key" = :key UNION ALL SELECT 'ends at' AS what, audit_heads.chain AS name, audit_heads.count AS number, audit_heads.head AS text 
FROM audit_heads 
WHERE audit_heads.chain = :chain_of UNION ALL SELECT 'tally' AS what, tallies.name AS name, tallies.number AS number, '' AS text 
FROM tallies 
WHERE tallies.team = :team AND (tallies.name = :live OR tallies.name BETWEEN :first AND :last) UNION ALL SELECT 'alike' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.id IN (SELECT intents.id 
FROM intents 
WHERE intents.team = :team AND intents.room = :room AND intents.room != '' AND intents.state IN (:param_1, :param_2, :param_3, :param_4, :param_5, :param_6) AND intents.about IS NULL AND intents.ends = 0 AND intents.sdk_app_id = :sdk_app_id AND (intents.state = :state_1 OR intents.state = :state_2 AND intents.owner != :boot OR intents.duplicates = :duplicates AND intents.duplicates != '') UNION SELECT targets.intent 
FROM targets 
WHERE targets.digest = :digest_0) AND coalesce(intents.team, :coalesce_1) = :team AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.kind, :coalesce_2) = :kind AND coalesce(intents.state, :coalesce_3) IN (:param_1, :param_2, :param_3, :param_4, :param_5, :param_6);

SELECT 'first' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents."key" = :key UNION ALL SELECT 'ends at' AS what, audit_heads.chain AS name, audit_heads.count AS number, audit_heads.head AS text 
FROM audit_heads 
WHERE audit_heads.chain = :chain_of UNION ALL SELECT 'tally' AS what, tallies.name AS name, tallies.number AS number, '' AS text 
FROM tallies 
WHERE tallies.team = :team AND (tallies.name = :live OR tallies.name BETWEEN :first AND :last) UNION ALL SELECT 'alike' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.id IN (SELECT intents.id 
FROM intents 
WHERE intents.team = :team AND intents.room = :room AND intents.room != '' AND intents.state IN (:param_1, :param_2, :param_3, :param_4, :param_5, :param_6) AND intents.about IS NULL AND intents.ends = 0 AND intents.sdk_app_id = :sdk_app_id AND (intents.state = :state_1 OR intents.state = :state_2 AND intents.owner != :boot OR intents.duplicates = :duplicates AND intents.duplicates != '')) AND coalesce(intents.team, :coalesce_1) = :team AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.kind, :coalesce_2) = :kind AND coalesce(intents.state, :coalesce_3) IN (:param_1, :param_2, :param_3, :param_4, :param_5, :param_6) UNION ALL SELECT 'alike' AS what, intents.id AS name, 0 AS number, '' AS text 
FROM intents 
WHERE intents.ref = :ref AND intents.ref != '' AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.kind, :coalesce_2) = :kind AND coalesce(intents.state, :coalesce_3) IN (:param_1, :param_2, :param_3, :param_4, :param_5, :param_6);

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain != :chain_1 ORDER BY audit.chain, audit.number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = :chain AND audit.number = :number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = :chain ORDER BY audit.chain, audit.number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = :chain ORDER BY audit.number DESC
 LIMIT :param_1 OFFSET :param_2;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = :chain_1 AND audit.action = :action_1 ORDER BY audit.chain, audit.number;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.chain = :team ORDER BY audit.number DESC
 LIMIT :limit OFFSET :param_1;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.team = :team AND audit.handle = :handle ORDER BY audit.number DESC
 LIMIT :limit OFFSET :param_1;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit 
WHERE audit.team = :team AND audit.user = :user ORDER BY audit.number DESC
 LIMIT :limit OFFSET :param_1;

SELECT audit.chain, audit.number, audit.at, audit.team, audit.user, audit.home, audit.channel, audit.action, audit.decision, audit.rule, audit.why, audit.app, audit.intent, audit.handle, audit.digest, audit.previous, audit.hash 
FROM audit ORDER BY audit.chain, audit.number;

SELECT audit.number 
FROM audit 
WHERE audit.hash = :of UNION ALL SELECT audit_unkeyed.number 
FROM audit_unkeyed 
WHERE audit_unkeyed.hash = :of
 LIMIT :param_1 OFFSET :param_2;

SELECT audit_heads.chain, audit_heads.count, audit_heads.head 
FROM audit_heads 
WHERE audit_heads.chain = :chain_of;

SELECT audit_heads.chain, audit_heads.count, audit_heads.head 
FROM audit_heads ORDER BY audit_heads.chain;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed.user, audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed 
WHERE audit_unkeyed.team = :team AND audit_unkeyed.handle = :handle ORDER BY audit_unkeyed.number DESC
 LIMIT :limit OFFSET :param_1;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed.user, audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed 
WHERE audit_unkeyed.team = :team AND audit_unkeyed.user = :user ORDER BY audit_unkeyed.number DESC
 LIMIT :limit OFFSET :param_1;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed.user, audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed 
WHERE audit_unkeyed.team = :team ORDER BY audit_unkeyed.number DESC
 LIMIT :limit OFFSET :param_1;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed.user, audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed ORDER BY audit_unkeyed.number;

SELECT audit_unkeyed.number, audit_unkeyed.at, audit_unkeyed.team, audit_unkeyed.user, audit_unkeyed.home, audit_unkeyed.channel, audit_unkeyed.action, audit_unkeyed.decision, audit_unkeyed.rule, audit_unkeyed.why, audit_unkeyed.app, audit_unkeyed.intent, audit_unkeyed.handle, audit_unkeyed.digest, audit_unkeyed.previous, audit_unkeyed.hash 
FROM audit_unkeyed ORDER BY audit_unkeyed.number DESC
 LIMIT :param_1 OFFSET :param_2;

SELECT counters.kind, counters.last 
FROM counters;

SELECT facts.id, facts."key", facts.thing, facts.kind, facts.does, facts.job, facts."by", facts.ref, facts.target, facts.status, facts.code, facts.text, facts.since, facts.at, facts.came_at 
FROM facts 
WHERE facts.thing = :thing ORDER BY facts.id;

SELECT facts.id, facts."key", facts.thing, facts.kind, facts.does, facts.job, facts."by", facts.ref, facts.target, facts.status, facts.code, facts.text, facts.since, facts.at, facts.came_at 
FROM facts 
WHERE facts.thing IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

SELECT hearing.heard_after >= (SELECT max(facts.id) AS max_1 
FROM facts 
WHERE facts.thing = :thing AND facts.kind = :kind_1 AND facts.does = :does_1) AS anon_1, hearing.refused_after >= (SELECT max(facts.id) AS max_1 
FROM facts 
WHERE facts.thing = :thing AND facts.kind = :kind_1 AND facts.does = :does_1) AS anon_2 
FROM hearing 
WHERE hearing.sdk_app_id = :app;

SELECT hearing.heard_at 
FROM hearing 
WHERE hearing.sdk_app_id = :app;

SELECT intents.about 
FROM intents 
WHERE intents.about IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1) AND intents.ends = 1 AND intents.state IN ('queued', 'waiting', 'sending');

SELECT intents.id 
FROM intents 
WHERE intents.ends = 1 AND intents.sdk_app_id = :sdk_app_id AND intents.ref = :ref AND intents.ref != '' AND intents.id != :other_than AND intents.state IN (:param_1, :param_2)
 LIMIT :param_3 OFFSET :param_4;

SELECT intents.id 
FROM intents 
WHERE intents.state IN (:param_1, :param_2, :param_3, :param_4, :param_5, :param_6) AND intents.created_at < :before
 LIMIT :param_7 OFFSET :param_8;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents."key" = :key;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.about = :thing AND intents.ends = 1 AND intents.state = :state_1 ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.team, :coalesce_1) = :team AND intents.id IN (SELECT facts.thing 
FROM facts 
WHERE facts.ref = :ref) ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :param_1 OFFSET :param_2;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.action = :action AND intents.sent_at <= :before AND replace(:param_1 || intents.marks || :param_2, :mark, :replace_1) = (:param_1 || intents.marks || :param_2) AND intents.callbacks = 1 AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.action = :action AND intents.sent_at <= :before AND replace(:param_1 || intents.marks || :param_2, :mark, :replace_1) = (:param_1 || intents.marks || :param_2) AND intents.callbacks = 1 AND intents.state = :state_2 ORDER BY created_at, id
 LIMIT :param_3 OFFSET :param_4;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.action = :action AND intents.sent_at <= :before AND replace(:param_1 || intents.marks || :param_2, :mark, :replace_1) = (:param_1 || intents.marks || :param_2) AND intents.state = :state_1 ORDER BY created_at, id
 LIMIT :param_3 OFFSET :param_4;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.agent = :agent AND intents.agent != '' AND intents.about IS NULL;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.card_channel = :channel AND intents.card_ts = :ts AND intents.card_ts != '' AND intents.team = :team
 LIMIT :param_1 OFFSET :param_2;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.card_channel = :channel AND intents.card_ts = :ts AND intents.card_ts != '' ORDER BY length(intents.handle), intents.handle;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates = 1 AND intents.sdk_app_id = :app AND intents.state = :state_1 ORDER BY created_at, id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates = 1 AND intents.targets = :targets_1 AND intents.standing = :standing_1 AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates = 1 AND intents.targets = :targets_1 AND intents.standing = :standing_1 AND intents.state = :state_2 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates = 1 AND intents.targets = :targets_1 AND intents.standing = :standing_1 AND intents.state = :state_3 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates = 1 AND intents.targets = :targets_1 AND intents.standing = :standing_1 AND intents.state = :state_4 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.creates = 1 AND intents.targets = :targets_1 AND intents.standing = :standing_1 AND intents.state = :state_5 ORDER BY created_at, id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends = 1 AND (intents.about IS NULL AND intents.sdk_app_id = :sdk_app_id AND intents.kind = :kind AND intents.ref = :ref AND intents.ref != '' OR intents.ends = 1 AND intents.joins IS NULL AND intents.state IN (:param_1, :param_2, :param_3) AND intents.about = :thing) ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends = 1 AND intents.about IS NULL AND intents.ref = :ref AND intents.ref != '' AND intents.team = :team ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :param_1 OFFSET :param_2;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends = 1 AND intents.joins IS NULL AND intents.ref != '' AND intents.state IN ('queued', 'sending') AND intents.sdk_app_id >= :sdk_app_id_1 AND intents.owner != :boot;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends = 1 AND intents.joins IS NULL AND intents.state IN (:param_1, :param_2, :param_3) AND intents.about = :thing ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends = 1 AND intents.joins IS NULL AND intents.state IN (:param_1, :param_2, :param_3) AND intents.sdk_app_id = :sdk_app_id AND intents.kind = :kind AND intents.ref = :ref AND intents.ref != '';

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ends = 1 AND intents.state = :state_1 ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.handle = :handle AND coalesce(intents.team, :coalesce_1) = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :param_1 OFFSET :param_2;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.handle = :handle AND intents.team = :team ORDER BY intents.created_at DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id = :id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id IN (SELECT stops.about 
FROM intents AS stops 
WHERE stops.request_id = :text AND stops.request_id != '' AND stops.about IS NOT NULL UNION SELECT facts.thing 
FROM facts 
WHERE facts.ref = :text UNION SELECT intents.id 
FROM intents 
WHERE intents.request_id = :text AND intents.request_id != '' UNION SELECT intents.id 
FROM intents 
WHERE intents.agent = :text AND intents.agent != '' UNION SELECT anon_1.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.ref = :text AND intents.ref != '' AND coalesce(intents.team, :coalesce_1) = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1) AS anon_1 UNION SELECT anon_2.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.room = :text AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_2) AS anon_2 UNION SELECT anon_3.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.user = :user AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_3) AS anon_3 UNION SELECT anon_4.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.ref) >= lower(:text) AND lower(intents.ref) < lower(:text || :param_4) AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.ref != ''
 LIMIT :param_5 OFFSET :param_6) AS anon_4 UNION SELECT anon_5.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.ref) >= lower(:dashed) AND lower(intents.ref) < lower(:dashed || :param_7) AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.ref != ''
 LIMIT :param_8 OFFSET :param_9) AS anon_5 UNION SELECT anon_6.id 
FROM (SELECT intents.id AS id, intents.ref AS whole 
FROM intents 
WHERE lower(substr(intents.ref, -8)) = lower(substr(:text, -8)) AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.ref != ''
 LIMIT :param_10 OFFSET :param_11) AS anon_6 
WHERE substr(lower(anon_6.whole), :end) = lower(:text) UNION SELECT anon_7.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.request_id) >= lower(:text) AND lower(intents.request_id) < lower(:text || :param_12) AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.request_id != ''
 LIMIT :param_13 OFFSET :param_14) AS anon_7 UNION SELECT anon_8.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE lower(intents.request_id) >= lower(:dashed) AND lower(intents.request_id) < lower(:dashed || :param_15) AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.request_id != ''
 LIMIT :param_16 OFFSET :param_17) AS anon_8 UNION SELECT anon_9.id 
FROM (SELECT intents.id AS id, intents.request_id AS whole 
FROM intents 
WHERE lower(substr(intents.request_id, -8)) = lower(substr(:text, -8)) AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.request_id != ''
 LIMIT :param_18 OFFSET :param_19) AS anon_9 
WHERE substr(lower(anon_9.whole), :end) = lower(:text)) AND coalesce(intents.team, :coalesce_2) = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_20;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.id IN (SELECT stops.about 
FROM intents AS stops 
WHERE stops.request_id = :text AND stops.request_id != '' AND stops.about IS NOT NULL UNION SELECT facts.thing 
FROM facts 
WHERE facts.ref = :text UNION SELECT intents.id 
FROM intents 
WHERE intents.request_id = :text AND intents.request_id != '' UNION SELECT intents.id 
FROM intents 
WHERE intents.agent = :text AND intents.agent != '' UNION SELECT anon_1.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.ref = :text AND intents.ref != '' AND coalesce(intents.team, :coalesce_1) = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1) AS anon_1 UNION SELECT anon_2.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.room = :text AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_2) AS anon_2 UNION SELECT anon_3.id 
FROM (SELECT intents.id AS id 
FROM intents 
WHERE intents.user = :user AND intents.team = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_3) AS anon_3) AND coalesce(intents.team, :coalesce_2) = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_4;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.joins = :job;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.joins = :job AND intents.state = :state_1 ORDER BY intents.created_at, intents.id;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.ref = :ref AND intents.ref != '' AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.team, :coalesce_1) = :team ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :param_1 OFFSET :param_2;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.sdk_app_id = :sdk_app_id AND intents.ref = :ref AND intents.ref != '' AND intents.creates = 1 AND intents.id != :other_than;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.state = :state AND (intents.created_at, intents.id) > (:at, :after) AND intents.owner != :boot AND intents.callbacks = 1 AND intents.sent_at IS NOT NULL ORDER BY intents.created_at, intents.id
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.state = :state AND (intents.created_at, intents.id) > (:at, :after) AND intents.owner != :boot ORDER BY intents.created_at, intents.id
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.room = :room AND intents.state = :state_2 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.room = :room AND intents.state = :state_3 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.room = :room AND intents.state = :state_4 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND coalesce(intents.user, :coalesce_1) = :user AND coalesce(intents.kind, :coalesce_2) = :kind AND intents.room = :room AND intents.state = :state_2 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND coalesce(intents.user, :coalesce_1) = :user AND coalesce(intents.kind, :coalesce_2) = :kind AND intents.room = :room AND intents.state = :state_3 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND coalesce(intents.user, :coalesce_1) = :user AND coalesce(intents.kind, :coalesce_2) = :kind AND intents.room = :room AND intents.state = :state_4 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND intents.kind = :kind AND intents.state = :state_2 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND intents.kind = :kind AND intents.state = :state_3 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND intents.kind = :kind AND intents.state = :state_4 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND intents.user = :user AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.state = :state_2 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND intents.user = :user AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.state = :state_3 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND (intents.state != :state_1 OR intents.owner != :boot) AND intents.user = :user AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.state = :state_4 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.room = :room AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.room = :room AND intents.state = :state_2 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.room = :room ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.user, :coalesce_1) = :user AND coalesce(intents.kind, :coalesce_2) = :kind AND intents.room = :room AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.user, :coalesce_1) = :user AND coalesce(intents.kind, :coalesce_2) = :kind AND intents.room = :room AND intents.state = :state_2 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND coalesce(intents.user, :coalesce_1) = :user AND coalesce(intents.kind, :coalesce_2) = :kind AND intents.room = :room ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.kind = :kind AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.kind = :kind AND intents.state = :state_2 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.kind = :kind ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.user = :user AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.user = :user AND coalesce(intents.kind, :coalesce_1) = :kind AND intents.state = :state_2 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 AND intents.user = :user AND coalesce(intents.kind, :coalesce_1) = :kind ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.about IS NULL AND intents.ends = 0 ORDER BY intents.created_at DESC, intents.id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.kind = :kind AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND intents.state = :state_1 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.kind = :kind AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND intents.state = :state_2 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.kind = :kind AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND intents.state = :state_3 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.kind = :kind AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND intents.state = :state_4 UNION ALL SELECT intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.request, intents.reply_secret, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM intents 
WHERE intents.team = :team AND intents.kind = :kind AND intents.creates = 1 AND intents.about IS NULL AND intents.ends = 0 AND intents.state = :state_5 ORDER BY created_at DESC, id DESC
 LIMIT :limit OFFSET :param_1;

SELECT intents.id, intents.request, intents.reply_secret, intents.answer_url 
FROM intents 
WHERE intents.id > :after ORDER BY intents.id
 LIMIT :param_1 OFFSET :param_2;

SELECT intents.id, intents.rev 
FROM intents 
WHERE intents.id IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

SELECT intents.reply_secret, intents.masked 
FROM intents 
WHERE intents.id = :of;

SELECT intents.request, intents.masked 
FROM intents 
WHERE intents.id = :of;

SELECT intents.state, count(*) AS count_1 
FROM intents GROUP BY intents.state;

SELECT known.name, known.value, known.at 
FROM known 
WHERE known.name = :of;

SELECT lines.intent, lines.line, lines.channel, lines.ts 
FROM lines 
WHERE lines.intent IN (SELECT anon_1.value 
FROM json_each(:ids) AS anon_1);

SELECT max(intents.id) AS max_1 
FROM intents;

SELECT min(outbox.not_before) AS min_1 
FROM outbox 
WHERE outbox.intent = :intent AND outbox.line = :line AND outbox.state = :state_1;

SELECT open_forms.id, open_forms."values", open_forms.answer_url 
FROM open_forms 
WHERE open_forms.id > :after ORDER BY open_forms.id
 LIMIT :param_1 OFFSET :param_2;

SELECT open_forms.id, open_forms.team, open_forms.user, open_forms.channel, open_forms.thread, open_forms.direct, open_forms.command, open_forms.subcommand, open_forms."values", open_forms.answer_url, open_forms.expires_at, open_forms.used_by 
FROM open_forms 
WHERE open_forms.id = :form AND open_forms.team = :team AND open_forms.user = :user AND open_forms.expires_at >= :now;

SELECT outbox.created_at 
FROM outbox 
WHERE outbox.state = :state_1 ORDER BY outbox.created_at
 LIMIT :param_1 OFFSET :param_2;

SELECT outbox.id 
FROM outbox 
WHERE outbox.state = :state_1 AND NOT (outbox.notice = :notice_1 AND (EXISTS (SELECT newer.id 
FROM outbox AS newer 
WHERE newer.intent = outbox.intent AND newer.notice = :notice_2 AND (newer.rev > outbox.rev OR newer.rev = outbox.rev AND newer.id > outbox.id))));

SELECT outbox.id AS notice_id, outbox.intent AS notice_intent, outbox.app AS notice_app, outbox.rev AS notice_rev, outbox.audience AS notice_audience, outbox.notice AS notice_notice, outbox.facts AS notice_facts, outbox.body AS notice_body, outbox.state AS notice_state, outbox.tries AS notice_tries, outbox.not_before AS notice_not_before, outbox.created_at AS notice_created_at, outbox.line AS notice_line, intents.id, intents."key", intents.digest, intents.action, intents.kind, intents.handle, intents.made, intents.state, intents.rev, intents.team, intents.user, intents.home, intents.enterprise, intents.channel, intents.thread, intents.direct, intents.locale, intents.app, intents.sdk_app_id, intents.region, intents.room, intents.ref, intents.agent, intents.about, intents.masked, intents.reply, intents.note, intents.duplicates, intents.answer_url, intents.request_id, intents.error_code, intents.error_text, intents.card_channel, intents.card_ts, intents.owner, intents.creates, intents.ends, intents.joins, intents.doubt, intents.targets, intents.standing, intents.callbacks, intents.settled_by, intents.reason, intents.marks, intents.created_at, intents.sent_at, intents.send_by, intents.settled_at 
FROM outbox LEFT OUTER JOIN intents ON outbox.intent = intents.id 
WHERE outbox.state = :state_1 AND outbox.not_before <= :now AND (CAST(outbox.id AS VARCHAR) NOT IN (SELECT anon_1.value 
FROM json_each(:under_way) AS anon_1)) AND NOT (outbox.notice = :notice_1 AND (EXISTS (SELECT newer.id 
FROM outbox AS newer 
WHERE newer.intent = outbox.intent AND newer.notice = :notice_2 AND (newer.rev > outbox.rev OR newer.rev = outbox.rev AND newer.id > outbox.id)))) ORDER BY outbox.not_before, outbox.id
 LIMIT :limit OFFSET :param_1;

SELECT outbox.not_before 
FROM outbox 
WHERE outbox.state = :state_1 AND outbox.not_before > :after AND NOT (outbox.notice = :notice_1 AND (EXISTS (SELECT newer.id 
FROM outbox AS newer 
WHERE newer.intent = outbox.intent AND newer.notice = :notice_2 AND (newer.rev > outbox.rev OR newer.rev = outbox.rev AND newer.id > outbox.id)))) ORDER BY outbox.not_before
 LIMIT :param_1 OFFSET :param_2;

UPDATE audit_heads SET count=:count, head=:head WHERE audit_heads.chain = :of;

UPDATE counters SET last=(counters.last + :last_1);

UPDATE facts SET target=:target WHERE facts.thing = :of AND facts.target = :old;

UPDATE intents SET card_channel=:card_channel, card_ts=:card_ts WHERE intents.id = :of;

UPDATE intents SET handle=:handle, about=:about WHERE intents.id = :of;

UPDATE intents SET reason=:reason WHERE intents.ends = 1 AND intents.about = :thing AND intents.ref = :its_ref AND intents.state = :ended;

UPDATE intents SET ref=:ref, joins=:joins WHERE intents.id = :of;

UPDATE intents SET request=:request WHERE intents.id = :of;

UPDATE intents SET request=:request, settled_at=:settled_at WHERE intents.id = :of;

UPDATE intents SET rev=(intents.rev + :rev_1), note=:note WHERE intents.id = :of RETURNING id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, reply_secret, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, doubt, targets, standing, callbacks, settled_by, reason, marks, created_at, sent_at, send_by, settled_at;

UPDATE intents SET rev=(intents.rev + :rev_1), reply_secret=:reply_secret, marks=:marks WHERE intents.id = :of RETURNING id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, reply_secret, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, doubt, targets, standing, callbacks, settled_by, reason, marks, created_at, sent_at, send_by, settled_at;

UPDATE intents SET state=:state, rev=(intents.rev + :rev_1), owner=:owner, sent_at=:sent_at, send_by=:send_by WHERE intents.id = :of AND intents.state IN (:param_1) RETURNING id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, reply_secret, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, doubt, targets, standing, callbacks, settled_by, reason, marks, created_at, sent_at, send_by, settled_at;

UPDATE intents SET state=:state, rev=(intents.rev + :rev_1), ref=:ref, error_code=:error_code, error_text=:error_text, owner=:owner, standing=:standing, settled_by=:settled_by, reason=:reason, sent_at=:sent_at, send_by=:send_by WHERE intents.id = :of AND intents.rev = :seen AND intents.state = :was AND NOT (EXISTS (SELECT facts.id 
FROM facts 
WHERE facts.thing = :of AND facts."key" != :known)) AND NOT (EXISTS (SELECT others.id 
FROM intents AS others 
WHERE others.sdk_app_id = :app AND others.sdk_app_id != :sdk_app_id_1 AND others.ref = :its_ref AND others.ref != '' AND others.creates = 1 AND others.id != :of)) RETURNING EXISTS (SELECT stops.id 
FROM intents AS stops 
WHERE ends = 1 AND (about = :of OR sdk_app_id = :app AND ref = :its_ref AND ref != '')) AS stop, card_channel, card_ts;

UPDATE intents SET state=:state, rev=(intents.rev + :rev_1), ref=:ref, error_code=:error_code, error_text=:error_text, standing=:standing, settled_by=:settled_by, reason=:reason WHERE intents.id = :of RETURNING id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, reply_secret, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, doubt, targets, standing, callbacks, settled_by, reason, marks, created_at, sent_at, send_by, settled_at;

UPDATE intents SET state=:state, rev=(intents.rev + :rev_1), ref=:ref, error_code=:error_code, error_text=:error_text, standing=:standing, settled_by=:settled_by, reason=:reason, settled_at=:settled_at WHERE intents.id = :of RETURNING id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, reply_secret, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, doubt, targets, standing, callbacks, settled_by, reason, marks, created_at, sent_at, send_by, settled_at;

UPDATE intents SET state=:state, rev=(intents.rev + :rev_1), ref=:ref, request_id=:request_id, error_code=:error_code, error_text=:error_text, standing=:standing, settled_by=:settled_by, reason=:reason, settled_at=:settled_at WHERE intents.id = :of AND intents.rev = :seen AND intents.state = :was AND NOT (EXISTS (SELECT facts.id 
FROM facts 
WHERE facts.thing = :of AND facts."key" != :known)) AND NOT (EXISTS (SELECT others.id 
FROM intents AS others 
WHERE others.sdk_app_id = :app AND others.sdk_app_id != :sdk_app_id_1 AND others.ref = :its_ref AND others.ref != '' AND others.creates = 1 AND others.id != :of)) RETURNING EXISTS (SELECT stops.id 
FROM intents AS stops 
WHERE ends = 1 AND (about = :of OR sdk_app_id = :app AND ref = :its_ref AND ref != '')) AS stop, card_channel, card_ts;

UPDATE intents SET state=:state, rev=(intents.rev + :rev_1), settled_at=:settled_at WHERE intents.id = :of AND intents.state IN (:param_1, :param_2, :param_3) RETURNING id, "key", digest, action, kind, handle, made, state, rev, team, user, home, enterprise, channel, thread, direct, locale, app, sdk_app_id, region, room, ref, agent, about, masked, reply, note, duplicates, request, reply_secret, answer_url, request_id, error_code, error_text, card_channel, card_ts, owner, creates, ends, joins, doubt, targets, standing, callbacks, settled_by, reason, marks, created_at, sent_at, send_by, settled_at;

UPDATE intents SET state=:to_state, rev=:to_rev, ref=:to_ref, error_code=:to_error_code, error_text=:to_error_text, standing=:to_standing, settled_by=:to_settled_by, reason=:to_reason, settled_at=coalesce(:to_settled_at, intents.settled_at) WHERE intents.id = :of;

UPDATE intents SET targets=:targets WHERE intents.id = :of;

UPDATE open_forms SET "values"=:values WHERE open_forms.id = :of;

UPDATE open_forms SET used_by=:used_by WHERE open_forms.id = :of AND (open_forms.used_by = :used_by_1 OR open_forms.used_by = :key);

UPDATE outbox SET not_before=:not_before WHERE outbox.id = :of AND outbox.state = :state_1;

UPDATE outbox SET not_before=:now WHERE outbox.state = :state_1 AND outbox.not_before > :now AND outbox.created_at > :now;

UPDATE outbox SET not_before=:now WHERE outbox.state = :state_1 AND outbox.tries > :tries_1 AND outbox.not_before > :now;

UPDATE outbox SET not_before=CASE WHEN (outbox.created_at > :now - :back) THEN :now ELSE outbox.not_before + :steps END WHERE outbox.state = :state_1 AND outbox.not_before > :now - :ahead AND (outbox.created_at <= :now - :ahead OR outbox.created_at > :now + :back);

UPDATE outbox SET state=:state WHERE outbox.id = :of;

UPDATE outbox SET tries=(outbox.tries + :more), not_before=:not_before WHERE outbox.id = :of;

