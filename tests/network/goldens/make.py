"""Writes goldens.json: what PyTorch computes in double for every operation, loss and batch-norm mode of the layer program.

Run with a Python that has PyTorch (1.13 was used): python3 tests/network/goldens/make.py
"""
import json
import math
import os

import torch
import torch.nn.functional as F

torch.manual_seed(20260118)
torch.set_default_dtype(torch.float64)

cases = []


class Maker:
    """Collects the tensors of a network in the order of theta, and its layer program beside the PyTorch calls."""

    def __init__(self, name, shape, count=2):
        self.name, self.shape, self.count = name, list(shape), count
        self.specs, self.values, self.buffer_specs, self.buffer_values = [], {}, [], {}

    def tensor(self, name, *shape, scale=1.0):
        value = torch.randn(*shape) * scale
        self.specs.append({'name': name, 'shape': list(shape)})
        self.values[name] = value
        return value

    def buffer(self, name, value):
        self.buffer_specs.append({'name': name, 'shape': list(value.shape)})
        self.buffer_values[name] = value
        return value

    def norm(self, prefix, features, eps=1e-5):
        self.tensor(prefix + '.weight', features)
        self.tensor(prefix + '.bias', features)
        self.buffer(prefix + '.running_mean', torch.randn(features) * 0.3)
        self.buffer(prefix + '.running_var', torch.rand(features) + 0.5)
        return {'op': 'batchnorm', 'weight': prefix + '.weight', 'bias': prefix + '.bias', 'running_mean': prefix + '.running_mean', 'running_var': prefix + '.running_var', 'eps': eps}

    def apply_norm(self, prefix, x, training=False, momentum=0.1, eps=1e-5):
        """A sequence [N, T, D] is normalised per feature, which PyTorch wants as [N, D, T]."""
        mean, var = self.buffer_values[prefix + '.running_mean'], self.buffer_values[prefix + '.running_var']
        y = x.transpose(1, 2) if x.dim() == 3 else x
        y = F.batch_norm(y, mean, var, self.values[prefix + '.weight'], self.values[prefix + '.bias'], training, momentum, eps)
        return y.transpose(1, 2) if x.dim() == 3 else y

    def add(self, program, run, inputs=None, **more):
        x = torch.randn(self.count, *self.shape) if inputs is None else inputs
        case = {
            'name': self.name,
            'network': {'id': self.name, 'input_shape_chw': self.shape, 'parameter_order': self.specs, 'buffers': self.buffer_specs, 'program': program},
            'parameters': flat([self.values[s['name']] for s in self.specs]),
            'buffers': flat([self.buffer_values[s['name']] for s in self.buffer_specs]),
            'count': x.shape[0],
            'inputs': flat([x]),
        }
        with torch.no_grad():
            case['outputs'] = flat([run(x)])
            for key, value in more.items():
                case[key] = value(x)
        cases.append(case)


def flat(tensors):
    return [float(v) for t in tensors for v in t.reshape(-1)]


def conv(weight, bias, stride=1, padding=0, groups=None):
    step = {'op': 'conv2d', 'weight': weight, 'bias': bias, 'stride': stride, 'padding': padding}
    return step if groups is None else {**step, 'groups': groups}


def linear(weight, bias):
    return {'op': 'linear', 'weight': weight, 'bias': bias}


# --- one operation each -----------------------------------------------------------------------------------------------
m = Maker('conv2d with stride and padding', [3, 5, 4])
w, b = m.tensor('w', 4, 3, 3, 2), m.tensor('b', 4)
m.add([conv('w', 'b', 2, 1)], lambda x: F.conv2d(x, w, b, 2, 1))

m = Maker('conv2d in groups', [4, 4, 4])
wg, bg = m.tensor('w', 6, 2, 3, 3), m.tensor('b', 6)
m.add([conv('w', 'b', 1, 1, 2)], lambda x: F.conv2d(x, wg, bg, 1, 1, 1, 2))

m = Maker('depthwise, then pointwise', [3, 4, 4])
wd, wp = m.tensor('d', 3, 1, 3, 3), m.tensor('p', 5, 3, 1, 1)
m.add([conv('d', None, 1, 1, 3), conv('p', None)], lambda x: F.conv2d(F.conv2d(x, wd, None, 1, 1, 1, 3), wp))

m = Maker('depthwise with two filters per channel', [2, 3, 3])
wm, bm = m.tensor('d', 4, 1, 2, 2), m.tensor('b', 4)
m.add([conv('d', 'b', 1, 0, 2)], lambda x: F.conv2d(x, wm, bm, 1, 0, 1, 2))

m = Maker('linear on a vector', [7], 5)
wl, bl = m.tensor('w', 6, 7), m.tensor('b', 6)
m.add([linear('w', 'b')], lambda x: F.linear(x, wl, bl))

m = Maker('linear on a sequence', [3, 4])
ws, bs = m.tensor('w', 5, 4), m.tensor('b', 5)
m.add([linear('w', 'b')], lambda x: F.linear(x, ws, bs))

for title, shape in (('an image', [3, 2, 3]), ('a vector', [4]), ('a sequence', [3, 4])):
    mn = Maker('batch norm of ' + title, shape, 5)
    step = mn.norm('bn', 4 if len(shape) < 3 else 3, 1e-3)
    before = {k: v.clone() for k, v in mn.buffer_values.items()}

    def train(x, mn=mn):
        kept = {k: v.clone() for k, v in mn.buffer_values.items()}
        out = mn.apply_norm('bn', x, True, 1.0, 1e-3)
        stats = flat([mn.buffer_values[s['name']] for s in mn.buffer_specs])
        mn.buffer_values.update(kept)
        return {'batch': x.shape[0], 'outputs': flat([out]), 'statistics': stats}

    mn.add([step], lambda x, mn=mn: mn.apply_norm('bn', x, False, 0.1, 1e-3), batchMode=train)

for title, shape, axes in (('a vector', [6], 1), ('each position of a sequence', [3, 4], 1), ('an image', [2, 2, 3], 3), ('the planes of an image', [3, 2, 2], 2)):
    ml = Maker('layer norm of ' + title, shape)
    lw, lb = ml.tensor('w', *shape[-axes:]), ml.tensor('b', *shape[-axes:])
    ml.add([{'op': 'layernorm', 'weight': 'w', 'bias': 'b', 'eps': 1e-5}], lambda x, lw=lw, lb=lb, axes=axes, shape=shape: F.layer_norm(x, shape[-axes:], lw, lb, 1e-5))

grid = torch.tensor([-30.0, -12.0, -8.0, -5.5, -3.0, -2.9, -2.0, -1.4, -1.0, -0.5, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.3, 1.0, 1.7, 2.5, 3.0, 4.2, 6.0, 9.0, 19.0, 30.0])
for step, function in (
    ({'op': 'relu'}, F.relu),
    ({'op': 'leaky_relu', 'slope': 0.07}, lambda x: F.leaky_relu(x, 0.07)),
    ({'op': 'elu', 'alpha': 0.8}, lambda x: F.elu(x, 0.8)),
    ({'op': 'gelu', 'approximate': 'none'}, F.gelu),
    ({'op': 'gelu', 'approximate': 'tanh'}, lambda x: F.gelu(x, approximate='tanh')),
    ({'op': 'swish'}, F.silu),
    ({'op': 'tanh'}, torch.tanh),
    ({'op': 'sigmoid'}, torch.sigmoid),
    # PyTorch turns to the identity at 20, where 2e-9 is left.
    ({'op': 'softplus'}, lambda x: F.softplus(x, threshold=1e4)),
):
    Maker(' '.join(str(v) for v in step.values()), [25], 1).add([step], function, grid.reshape(1, 25))

Maker('max pooling', [2, 5, 4]).add([{'op': 'maxpool', 'kernel': 3, 'stride': 1}], lambda x: F.max_pool2d(x, 3, 1))
Maker('average pooling with overlap', [2, 5, 5]).add([{'op': 'avgpool', 'kernel': 3, 'stride': 2}], lambda x: F.avg_pool2d(x, 3, 2))
Maker('global average of an image', [3, 2, 3]).add([{'op': 'globalpool', 'kind': 'average'}], lambda x: x.mean((2, 3)))
Maker('global maximum of an image', [3, 2, 3]).add([{'op': 'globalpool', 'kind': 'max'}], lambda x: x.amax((2, 3)))
Maker('global average of a sequence', [3, 4]).add([{'op': 'globalpool', 'kind': 'average'}], lambda x: x.mean(1))
Maker('global maximum of a sequence', [3, 4]).add([{'op': 'globalpool', 'kind': 'max'}], lambda x: x.amax(1))
Maker('flatten by pixel', [3, 2, 2]).add([{'op': 'flatten', 'order': 'HWC'}], lambda x: x.permute(0, 2, 3, 1).flatten(1))
Maker('flatten a sequence', [3, 2]).add([{'op': 'flatten', 'order': 'HWC'}], lambda x: x.flatten(1))

m = Maker('concat of three branches of an image', [2, 3, 3])
c1, c2 = m.tensor('a', 1, 2, 1, 1), m.tensor('b', 3, 2, 3, 3)
m.add(
    [{'op': 'concat', 'branches': [[conv('a', None), {'op': 'relu'}], [], [conv('b', None, 1, 1)]]}],
    lambda x: torch.cat([F.relu(F.conv2d(x, c1)), x, F.conv2d(x, c2, None, 1, 1)], 1),
)
m = Maker('concat of a sequence', [3, 2])
s1 = m.tensor('a', 3, 2)
m.add(
    [{'op': 'concat', 'branches': [[linear('a', None)], []]}, {'op': 'concat_front', 'body': [{'op': 'tanh'}]}],
    lambda x: (lambda y: torch.cat([torch.tanh(y), y], -1))(torch.cat([F.linear(x, s1), x], -1)),
)

m = Maker('embedding and positions', [4], 3)
table, places = m.tensor('table', 5, 3), m.tensor('places', 4, 3)
m.add(
    [{'op': 'embedding', 'weight': 'table'}, {'op': 'positional', 'weight': 'places'}],
    lambda x: F.embedding(x.long(), table) + places,
    torch.randint(0, 5, (3, 4)).double(),
)


def attend(x, q, k, v, o, causal):
    query, key, value = F.linear(x, *q), F.linear(x, *k), F.linear(x, *v)
    scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
    if causal:
        scores = scores.masked_fill(torch.ones(x.shape[1], x.shape[1]).triu(1).bool(), -math.inf)
    return F.linear(torch.softmax(scores, -1) @ value, *o)


def attention(m, prefix, features, width, value, out, causal, biased=True):
    step, tensors = {'op': 'attention', 'causal': causal}, []
    for name, rows, columns in (('query', width, features), ('key', width, features), ('value', value, features), ('output', out, value)):
        weight = m.tensor(f'{prefix}.{name}', rows, columns)
        bias = m.tensor(f'{prefix}.{name}.bias', rows) if biased else None
        step[name], step[name + '_bias'] = f'{prefix}.{name}', f'{prefix}.{name}.bias' if biased else None
        tensors.append((weight, bias))
    return step, lambda x: attend(x, *tensors, causal)


for causal, biased in ((False, True), (True, True), (True, False)):
    m = Maker(f"attention {'causal' if causal else 'both ways'} {'with' if biased else 'without'} biases", [4, 3])
    step, function = attention(m, 'at', 3, 2, 5, 6, causal, biased)
    m.add([step], function)

# --- small networks ---------------------------------------------------------------------------------------------------
m = Maker('small CNN with groups, depthwise and batch norm', [2, 6, 6], 7)
k1, n1 = m.tensor('conv1.weight', 4, 2, 3, 3), m.norm('bn1', 4)
k2, n2 = m.tensor('dw.weight', 4, 1, 3, 3), m.norm('bn2', 4)
k3, n3 = m.tensor('group.weight', 6, 2, 1, 1), m.norm('bn3', 6)
kf, bf = m.tensor('fc.weight', 3, 6), m.tensor('fc.bias', 3)
n4 = m.norm('bn4', 3)


def cnn(x, training=False, momentum=0.1, m=m):
    norm = lambda name, y: m.apply_norm(name, y, training, momentum)
    y = F.relu(norm('bn1', F.conv2d(x, k1, None, 1, 1)))
    y = F.relu(norm('bn2', F.conv2d(y, k2, None, 1, 1, 1, 4)) + y)
    y = F.silu(norm('bn3', F.conv2d(y, k3, None, 2, 0, 1, 2)))
    return norm('bn4', F.linear(y.mean((2, 3)), kf, bf))


def cnn_batches(x, m=m):
    """Batches of 3 of 7 samples: 3 and 4, since the last would have one."""
    kept = {k: v.clone() for k, v in m.buffer_values.items()}
    outputs, seen = [], 0
    for part in (x[:3], x[3:]):
        seen += len(part)
        # momentum = batch / samples so far: the average weighted by batch size (Garipov et al. 2018, bn_update).
        outputs.append(cnn(part, True, len(part) / seen))
    stats = flat([m.buffer_values[s['name']] for s in m.buffer_specs])
    recomputed = cnn(x)
    m.buffer_values.update(kept)
    return {'batch': 3, 'outputs': flat(outputs), 'statistics': stats, 'recomputedOutputs': flat([recomputed])}


def cumulative(x, m=m):
    """Equal batches of 2 over the first six samples, averaged as torch.nn.BatchNorm2d(momentum=None) does."""
    kept = {k: v.clone() for k, v in m.buffer_values.items()}
    for index in range(3):
        cnn(x[2 * index : 2 * index + 2], True, 1 / (index + 1))
    stats = flat([m.buffer_values[s['name']] for s in m.buffer_specs])
    m.buffer_values.update(kept)
    return {'batch': 2, 'samples': 6, 'statistics': stats}


m.add(
    [
        conv('conv1.weight', None, 1, 1), n1, {'op': 'relu'},
        {'op': 'residual', 'body': [conv('dw.weight', None, 1, 1, 4), n2], 'shortcut': []}, {'op': 'relu'},
        conv('group.weight', None, 2, 0, 2), n3, {'op': 'swish'}, {'op': 'globalpool', 'kind': 'average'},
        linear('fc.weight', 'fc.bias'), n4,
    ],
    cnn, batchMode=cnn_batches, cumulative=cumulative,
)

m = Maker('MLP with layer norm', [5], 4)
a1, a2 = m.tensor('fc1.weight', 8, 5), m.tensor('fc1.bias', 8)
a3, a4 = m.tensor('ln.weight', 8), m.tensor('ln.bias', 8)
a5, a6 = m.tensor('fc2.weight', 3, 8), m.tensor('fc2.bias', 3)
m.add(
    [linear('fc1.weight', 'fc1.bias'), {'op': 'layernorm', 'weight': 'ln.weight', 'bias': 'ln.bias', 'eps': 1e-5}, {'op': 'gelu', 'approximate': 'none'}, {'op': 'dropout', 'p': 0.5}, linear('fc2.weight', 'fc2.bias')],
    lambda x: F.linear(F.gelu(F.layer_norm(F.linear(x, a1, a2), [8], a3, a4)), a5, a6),
)

for causal in (False, True):
    m = Maker(f"transformer block, {'causal' if causal else 'both ways'}", [5], 3)
    table, places = m.tensor('table', 6, 4), m.tensor('places', 5, 4)
    g1, g2 = m.tensor('ln1.weight', 4), m.tensor('ln1.bias', 4)
    step, function = attention(m, 'at', 4, 4, 4, 4, causal)
    g3, g4 = m.tensor('ln2.weight', 4), m.tensor('ln2.bias', 4)
    u1, u2 = m.tensor('up.weight', 7, 4), m.tensor('up.bias', 7)
    v1, v2 = m.tensor('down.weight', 4, 7), m.tensor('down.bias', 4)
    h1, h2 = m.tensor('head.weight', 2, 4), m.tensor('head.bias', 2)

    def block(x, table=table, places=places, g1=g1, g2=g2, g3=g3, g4=g4, u1=u1, u2=u2, v1=v1, v2=v2, h1=h1, h2=h2, function=function):
        y = F.embedding(x.long(), table) + places
        y = y + function(F.layer_norm(y, [4], g1, g2))
        y = y + F.linear(F.gelu(F.linear(F.layer_norm(y, [4], g3, g4), u1, u2)), v1, v2)
        return F.linear(y.mean(1), h1, h2)

    norm = lambda name: {'op': 'layernorm', 'weight': name + '.weight', 'bias': name + '.bias', 'eps': 1e-5}
    m.add(
        [
            {'op': 'embedding', 'weight': 'table'}, {'op': 'positional', 'weight': 'places'},
            {'op': 'residual', 'body': [norm('ln1'), step], 'shortcut': []},
            {'op': 'residual', 'body': [norm('ln2'), linear('up.weight', 'up.bias'), {'op': 'gelu', 'approximate': 'none'}, linear('down.weight', 'down.bias')], 'shortcut': []},
            {'op': 'globalpool', 'kind': 'average'}, linear('head.weight', 'head.bias'),
        ],
        block, torch.randint(0, 6, (3, 5)).double(),
    )

# --- losses -----------------------------------------------------------------------------------------------------------
logits = torch.tensor([[0.2, -1.1, 0.7], [5.0, -3.0, 1.0], [-700.0, 0.0, 700.0], [12.0, 0.5, -8.0], [0.0, 0.0, 0.0], [0.1, 0.15, 0.12]])
classes = torch.tensor([2, 0, 2, 2, 1, 0])
log_p = torch.log_softmax(logits, 1)
one_hot = F.one_hot(classes, 3).double()
ce = F.cross_entropy(logits, classes, reduction='none')
smoothed = one_hot * 0.9 + 0.1 / 3
others = logits.masked_fill(one_hot.bool(), -math.inf).amax(1)
values = torch.tensor([[0.3], [-2.0], [1e-4], [40.0], [1.5], [0.0]])
targets = torch.tensor([0.1, 1.0, 0.0, -3.0, 0.5, 0.0])
error = values[:, 0] - targets
losses = [
    ('crossEntropy', logits, classes, ce),
    ('softmaxSquaredError', logits, classes, ((log_p.exp() - one_hot) ** 2).mean(1)),
    ('focal', logits, classes, (1 - log_p.gather(1, classes[:, None])[:, 0].exp()) ** 2 * ce),
    ('hinge', logits, classes, torch.clamp(1 + others - logits.gather(1, classes[:, None])[:, 0], min=0)),
    ('kullbackLeibler', logits, classes, F.kl_div(log_p, smoothed, reduction='none').sum(1)),
    ('squaredError', values, targets, F.mse_loss(values[:, 0], targets, reduction='none')),
    ('absoluteError', values, targets, F.l1_loss(values[:, 0], targets, reduction='none')),
    ('huber', values, targets, F.huber_loss(values[:, 0], targets, reduction='none', delta=1.0)),
    ('logCosh', values, targets, error.abs() + F.softplus(-2 * error.abs(), threshold=1e4) - math.log(2)),
]
points = [0, 1e-8, 1e-3, 0.1, 0.5, 0.9, 1, 1.3, 1.99, 2, 2.01, 2.5, 3, 4, 5, 5.9, 7, 10, 20, 26]
goldens = {
    'provenance': f'tests/network/goldens/make.py with PyTorch {torch.__version__}, in double on a CPU; erf and erfc from Python\'s math',
    'cases': cases,
    'losses': [{'loss': name, 'width': int(z.shape[1]), 'outputs': flat([z]), 'targets': flat([t]), 'values': flat([v])} for name, z, t, v in losses],
    'erf': [{'x': s * x, 'erf': math.erf(s * x), 'erfc': math.erfc(s * x)} for x in points for s in (1, -1)],
}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'goldens.json')
with open(path, 'w') as file:
    file.write(json.dumps({k: v for k, v in goldens.items() if not isinstance(v, list)})[:-1])
    for key in ('cases', 'losses', 'erf'):
        file.write(f',\n"{key}": [\n' + ',\n'.join(json.dumps(each) for each in goldens[key]) + '\n]')
    file.write('}\n')
