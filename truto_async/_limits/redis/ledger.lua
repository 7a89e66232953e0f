-- The ledger of a shared limit, inside Redis. It makes the decisions of ledger.py, which explains them; a test compares the
-- two. Times are in microseconds, by this server's clock.
local state_key, window_key, workers_key, leases_key, queue_key = unpack(KEYS)
local channel, label = ARGV[1], ARGV[2] -- where and as what processes are told of pauses and slots
local limit, per, lease, hold = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local worker_name, number, received = ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local generation, held, want, lead = tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local pause, returns, first = tonumber(ARGV[14]), ARGV[15] == '1', tonumber(ARGV[16])
local AGES, PIECE = 17, 64

local horizon = math.floor(per / 4)
local state, now, entries, count
local touched, notices, ends_at = {}, {}, {}

-- The server: its clock, and which run of it this is.

local function read_clock()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local function read_run()
  local info = redis.pcall('INFO', 'server')
  if type(info) ~= 'string' then
    return '', hold / 1000000 -- an access list may forbid it
  end
  return string.match(info, 'run_id:(%x+)') or '', tonumber(string.match(info, 'uptime_in_seconds:(%d+)') or hold / 1000000)
end

-- The workers: name, number, held, starts, delivered, epoch, want, place, lead, due. Read once, written at the end.

local function worker_of(name)
  if touched[name] == nil then
    local packed = redis.call('HGET', workers_key, name)
    if not packed then
      return nil
    end
    local f = cmsgpack.unpack(packed)
    touched[name] = {
      name = name, number = f[1], held = f[2], starts = f[3], delivered = f[4], epoch = f[5], want = f[6], place = f[7],
      lead = f[8], due = f[9],
    }
  end
  return touched[name]
end

local function write(worker)
  local w = worker
  redis.call('HSET', workers_key, w.name,
    cmsgpack.pack({ w.number, w.held, w.starts, w.delivered, w.epoch, w.want, w.place, w.lead, w.due }))
end

local function remove(name)
  redis.call('HDEL', workers_key, name)
  redis.call('ZREM', leases_key, name)
  redis.call('ZREM', queue_key, name)
  touched[name] = nil
end

local function head_of_queue()
  local name = redis.call('ZRANGE', queue_key, 0, 0)[1]
  return name and worker_of(name)
end

-- Where a part of it was evicted, the rest is worth nothing.
local function sizes()
  local window, workers = redis.call('ZCARD', window_key), redis.call('HLEN', workers_key)
  return table.concat({ window, workers, redis.call('ZCARD', leases_key), redis.call('ZCARD', queue_key) }, ' ')
end

local function open()
  local wall = read_clock()
  local run, uptime = read_run()
  local packed = redis.call('GET', state_key)
  if packed then
    state = cmsgpack.unpack(packed)
    state.now = state.now + math.max(0, wall - state.wall)
    state.wall = wall
    now = state.now
    if state.run == run and state.sizes == sizes() then
      return
    end
  end
  redis.call('DEL', window_key, workers_key, leases_key, queue_key)
  now = wall
  state = {
    run = run, generation = now, now = now, wall = wall, epoch = 0, held = 0, last = 0,
    held_until = now + (packed and hold or math.max(0, hold - uptime * 1000000)),
    paused_until = 0, gap = 0, next = 0, spread_until = 0,
  }
end

local function expire()
  redis.call('ZREMRANGEBYSCORE', window_key, '-inf', now)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', leases_key, '-inf', now)) do
    local worker = worker_of(name)
    if worker then
      state.held = state.held - worker.held - #worker.starts
    end
    remove(name)
  end
end

local function hold_back()
  if generation ~= 0 and generation ~= state.generation then
    state.held_until = math.max(state.held_until, state.generation + hold)
  end
  if returns then
    state.held_until = math.max(state.held_until, now + per)
  end
end

local function drop_starts(worker, from, to)
  local kept = {}
  for index, start in ipairs(worker.starts) do
    if index < from or index > to then
      kept[#kept + 1] = start
    end
  end
  state.held = state.held - (#worker.starts - #kept)
  worker.starts = kept
end

local function void(worker)
  if worker.epoch ~= state.epoch then
    drop_starts(worker, worker.delivered + 1, #worker.starts)
    worker.epoch = state.epoch
  end
end

local function take_report(worker)
  void(worker)
  if received == worker.number then
    drop_starts(worker, 1, worker.delivered)
  end
  if want < 0 then
    drop_starts(worker, 1, #worker.starts)
  end
  state.held = state.held + held - worker.held
  worker.held, worker.number, worker.lead, worker.delivered = held, number, lead, 0
  local added = {}
  for index = AGES, #ARGV do
    local ends = now - tonumber(ARGV[index]) + per
    if ends > now then
      added[#added + 1] = ends
      added[#added + 1] = string.format('%s:%.0f', worker_name, first + index - AGES)
    end
    if #added > 0 and (#added >= 2 * PIECE or index == #ARGV) then
      redis.call('ZADD', window_key, 'NX', unpack(added))
      added = {}
    end
  end
end

local function apply_pause()
  if state.gap > 0 and now >= state.spread_until and redis.call('EXISTS', queue_key) == 0 then
    state.gap = 0
  end
  local ends = now + pause
  if pause > 0 and ends > state.paused_until then
    state.paused_until = ends
    state.epoch = state.epoch + 1
    state.gap = math.max(1, math.floor(per / limit))
    state.next = math.max(state.next, ends)
    state.spread_until = math.max(state.spread_until, ends + per)
    notices[#notices + 1] = { channel, string.format('pause %.0f %.0f %.0f', state.generation, state.epoch, ends - now) }
  end
end

local function block_size()
  return math.max(1, math.floor(limit / (4 * count)), math.min(10, math.floor(limit / count)))
end

local function free_slots()
  return limit - state.held - entries
end

local function queue_up(worker)
  touched[worker.name] = worker
  local most = math.max(block_size(), math.floor(free_slots() / (2 * count)))
  local wanted = math.max(0, math.min(want - #worker.starts, most))
  if worker.want > 0 then
    worker.want = math.min(worker.want, wanted)
  elseif wanted > 0 then
    worker.want, worker.place = wanted, state.last
    state.last = state.last + wanted
    redis.call('ZADD', queue_key, worker.place, worker.name)
  end
  if worker.want == 0 then
    redis.call('ZREM', queue_key, worker.name)
  end
end

-- The window does not change any more, so it is read in pieces.
local function entry_at(rank)
  if not ends_at[rank] then
    local found = redis.call('ZRANGE', window_key, rank, rank + PIECE - 1, 'WITHSCORES')
    for index = 2, #found, 2 do
      ends_at[rank + index / 2 - 1] = tonumber(found[index])
    end
  end
  return ends_at[rank]
end

local function free_at(ahead)
  local rank = state.held + entries + ahead - limit
  if rank < 0 then
    return now
  end
  return rank < entries and entry_at(rank) or nil
end

local function next_start()
  local free = free_at(0)
  return free and math.max(free, state.held_until, state.paused_until, state.gap > 0 and state.next or 0)
end

local function grant(caller)
  local head = head_of_queue()
  while head do
    void(head)
    if free_slots() <= 0 then
      head.want = math.min(head.want, block_size())
    end
    local wake_at = nil
    while head.want > 0 do
      local start = next_start()
      if not start or start > now + horizon then
        break
      end
      head.starts[#head.starts + 1] = start
      head.want, head.place = head.want - 1, head.place + 1
      state.held = state.held + 1
      if not wake_at and start < head.due then
        wake_at = math.max(now, start - head.lead)
      end
      if state.gap > 0 then
        state.next = math.max(state.next, start - math.floor(state.gap / 2)) + state.gap
      end
    end
    if wake_at and head ~= caller then
      head.due = wake_at
      notices[#notices + 1] = { channel .. ':' .. head.name, string.format('wake %.0f', wake_at - now) }
    end
    if head.want > 0 then
      return
    end
    redis.call('ZREM', queue_key, head.name)
    head = head_of_queue()
  end
end

local function expect(ahead)
  local free = free_at(ahead)
  local others = math.max(state.held_until, state.paused_until, state.gap > 0 and state.next + ahead * state.gap or 0)
  local soonest = math.max(free or now, others) - now
  local due = math.max(math.floor(per / 64), soonest - lead)
  return soonest, free and due or math.max(due, per, math.floor((state.held + ahead) * per / limit))
end

local function blocked_for()
  return math.max(0, state.held_until - now, state.paused_until - now)
end

local function reply_to(worker)
  worker.delivered = #worker.starts
  local due, expected = -1, 0
  if worker.want > 0 then
    local ahead = worker.place - head_of_queue().place
    expected, due = expect(ahead)
    worker.due = now + due
  end
  local reply = { state.generation, state.epoch, blocked_for(), due, expected }
  for _, start in ipairs(worker.starts) do
    reply[#reply + 1] = math.max(reply[3], start - now)
  end
  if worker.want == 0 and worker.held == 0 and #worker.starts == 0 then
    remove(worker.name)
  else
    redis.call('ZADD', leases_key, now + lease + per, worker.name)
  end
  return reply
end

local function save()
  for _, worker in pairs(touched) do
    write(worker)
  end
  state.sizes = sizes()
  redis.call('SET', state_key, cmsgpack.pack(state))
  local kept = lease + 2 * per + hold + math.max(0, state.paused_until - now)
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, math.ceil(kept / 1000))
  end
end

local function notify()
  for _, notice in ipairs(notices) do
    redis.pcall('PUBLISH', notice[1], label .. ' ' .. notice[2]) -- an access list may forbid it; it only takes longer then
  end
end

open()
expire()
hold_back()
local worker = worker_of(worker_name)
count = redis.call('HLEN', workers_key) + (worker and 0 or 1)
worker = worker or {
  name = worker_name, number = 0, held = 0, starts = {}, delivered = 0, epoch = state.epoch, want = 0, place = 0,
  lead = 0, due = 0,
}
if number <= worker.number then
  save()
  return { state.generation, state.epoch, blocked_for(), -1, 0 }
end
take_report(worker)
entries = redis.call('ZCARD', window_key)
apply_pause()
for _ = 1, 2 do
  queue_up(worker)
  grant(worker)
end
local reply = reply_to(worker)
save()
notify()
return reply
