-- The health of every kind of incidentoperator.dev in Argo CD, by the standard conditions.
-- Stalled: somebody has to do something first, such as a refused merge or an alert whose incident does not exist.
-- Without it, Argo CD takes every custom resource for healthy.
local health = { status = "Healthy", message = "" }
local status = obj.status or {}

if obj.kind == "Incident" and status.conditions == nil then
  health.status = "Progressing"
  health.message = "the operator has not seen it yet"
  return health
end
if status.observedGeneration ~= nil and status.observedGeneration ~= obj.metadata.generation then
  health.status = "Progressing"
  health.message = "the operator has not seen the last change yet"
  return health
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" then
    health.status = "Degraded"
    health.message = condition.message
    return health
  end
  if condition.type == "Ready" and condition.status ~= "True" then
    health.status = "Progressing"
    health.message = condition.message
  end
end
return health
