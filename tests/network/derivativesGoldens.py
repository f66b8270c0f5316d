"""Makes derivativesTorch.json: gradients and Hessian-vector products by PyTorch's double backward, in float64.

    python3 tests/network/derivativesGoldens.py > tests/network/derivativesTorch.json

Every number that goes in is made by `number` below, which derivatives.test.ts repeats, so the file holds only what comes out.
Losses are those of lib/network/loss.ts, programs those of lib/network/program.ts.
"""
import json
import math
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def number(index, role):
    """In [-1, 1), exact in a double."""
    return ((index * 7919 + role * 104729 + (index * index % 1009) * 31) % 2003) / 1001.5 - 1


PARAMETERS, INPUTS, DIRECTION, MEANS, VARIANCES = 1, 2, 3, 4, 5


def run(steps, x, t):
    for step in steps:
        x = apply(step, x, t)
    return x


def apply(step, x, t):
    op = step['op']
    get = lambda key: None if step.get(key) is None else t[step[key]]
    if op == 'conv2d':
        return F.conv2d(x, get('weight'), get('bias'), step['stride'], step['padding'], groups=step.get('groups', 1))
    if op == 'linear':
        return F.linear(x, get('weight'), get('bias'))
    if op == 'batchnorm':
        turned = x.transpose(1, 2) if x.dim() == 3 else x
        y = F.batch_norm(turned, get('running_mean'), get('running_var'), get('weight'), get('bias'), False, 0.1, step['eps'])
        return y.transpose(1, 2) if x.dim() == 3 else y
    if op == 'layernorm':
        return F.layer_norm(x, list(get('weight').shape), get('weight'), get('bias'), step['eps'])
    if op == 'relu':
        return F.relu(x)
    if op == 'leaky_relu':
        return F.leaky_relu(x, step['slope'])
    if op == 'elu':
        return F.elu(x, step['alpha'])
    if op == 'gelu':
        return F.gelu(x, approximate=step['approximate'])
    if op == 'swish':
        return F.silu(x)
    if op == 'tanh':
        return torch.tanh(x)
    if op == 'sigmoid':
        return torch.sigmoid(x)
    if op == 'softplus':
        return F.softplus(x, threshold=1e9)
    if op == 'maxpool':
        return F.max_pool2d(x, step['kernel'], step['stride'])
    if op == 'avgpool':
        return F.avg_pool2d(x, step['kernel'], step['stride'])
    if op == 'globalpool':
        axes = (2, 3) if x.dim() == 4 else (1,)
        return x.mean(axes) if step['kind'] == 'average' else torch.amax(x, axes)
    if op == 'flatten':
        if step['order'] == 'HWC' and x.dim() == 4:
            x = x.permute(0, 2, 3, 1)
        return x.reshape(x.shape[0], -1)
    if op in ('dropout', 'tap'):
        return x
    if op == 'residual':
        return run(step['body'], x, t) + run(step['shortcut'], x, t)
    if op == 'concat_front':
        return torch.cat([run(step['body'], x, t), x], 2 if x.dim() == 3 else 1)
    if op == 'concat':
        return torch.cat([run(branch, x, t) for branch in step['branches']], 2 if x.dim() == 3 else 1)
    if op == 'embedding':
        return get('weight')[x.long()]
    if op == 'positional':
        return x + get('weight')
    if op == 'attention':
        q, k, v = (F.linear(x, get(name), get(name + '_bias')) for name in ('query', 'key', 'value'))
        scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
        if step.get('causal'):
            scores = scores.masked_fill(torch.ones(scores.shape[-2:]).triu(1).bool(), -math.inf)
        return F.linear(torch.softmax(scores, -1) @ v, get('output'), get('output_bias'))
    raise ValueError(op)


def loss_of(name, z, y):
    if name in ('squaredError', 'absoluteError', 'huber', 'logCosh'):
        e = z[:, 0] - y
        if name == 'squaredError':
            return (e ** 2).mean()
        if name == 'absoluteError':
            return e.abs().mean()
        if name == 'huber':
            return F.huber_loss(z[:, 0], y, delta=1.0)
        return torch.log(torch.cosh(e)).mean()
    label = y.long()
    log_p = F.log_softmax(z, 1)
    own = log_p.gather(1, label[:, None])[:, 0]
    hot = F.one_hot(label, z.shape[1]).to(z.dtype)
    if name == 'crossEntropy':
        return -own.mean()
    if name == 'focal':
        return (-((1 - own.exp()) ** 2) * own).mean()
    if name == 'softmaxSquaredError':
        return ((log_p.exp() - hot) ** 2).mean()
    if name == 'kullbackLeibler':
        q = 0.9 * hot + 0.1 / z.shape[1]
        return (q * (q.log() - log_p)).sum(1).mean()
    if name == 'hinge':
        return torch.relu(1 + (z - hot * 1e9).max(1).values - z.gather(1, label[:, None])[:, 0]).mean()
    raise ValueError(name)


def case(name, loss, shape, program, parameters, buffers=(), count=7, classes=3, is_smooth=True, rows=None):
    sizes = [math.prod(p['shape']) for p in parameters]
    total = sum(sizes)
    theta = torch.tensor([0.8 * number(i, PARAMETERS) for i in range(total)], requires_grad=True)
    v = torch.tensor([number(i, DIRECTION) for i in range(total)])
    tensors, at = {}, 0
    for p, size in zip(parameters, sizes):
        tensors[p['name']] = theta[at:at + size].reshape(p['shape'])
        at += size
    at = 0
    for b in buffers:
        role = MEANS if 'mean' in b['name'] else VARIANCES
        values = [number(at + i, role) for i in range(b['shape'][0])]
        tensors[b['name']] = torch.tensor(values if role == MEANS else [1.25 + x for x in values])
        at += b['shape'][0]
    raw = [number(i, INPUTS) for i in range(count * math.prod(shape))]
    x = torch.tensor([math.floor((r + 1) / 2 * rows) for r in raw] if rows else raw, dtype=torch.float64).reshape(count, *shape)
    regression = loss in ('squaredError', 'absoluteError', 'huber', 'logCosh')
    y = torch.tensor([2 * number(i, 6) if regression else (i * 5 + 1) % classes for i in range(count)], dtype=torch.float64)
    value = loss_of(loss, run(program, x, tensors), y)
    gradient, = torch.autograd.grad(value, theta, create_graph=True)
    product, = torch.autograd.grad((gradient * v).sum(), theta, allow_unused=True) if gradient.requires_grad else (None,)
    return {
        'name': name,
        'loss': loss,
        'network': {'id': name, 'input_shape_chw': list(shape), 'parameter_order': parameters, 'buffers': list(buffers), 'program': program},
        'count': count, 'classes': classes, 'rows': rows, 'isSmooth': is_smooth,
        'value': value.item(), 'gradient': gradient.tolist(), 'product': (torch.zeros(total) if product is None else product).tolist(),
    }


def tensor(name, *shape):
    return {'name': name, 'shape': list(shape)}


def conv(weight, bias=None, padding=1, stride=1, **more):
    return {'op': 'conv2d', 'weight': weight, 'bias': bias, 'stride': stride, 'padding': padding, **more}


def norm(name):
    return {'op': 'batchnorm', 'weight': name + '.w', 'bias': name + '.b', 'running_mean': name + '.mean', 'running_var': name + '.var', 'eps': 1e-5}


def line(name):
    return {'op': 'linear', 'weight': name + '.w', 'bias': name + '.b'}


def mlp(inner, outputs=3):
    parameters = [tensor('a.w', 6, 4), tensor('a.b', 6), tensor('c.w', outputs, 6), tensor('c.b', outputs)]
    return dict(shape=(4,), program=[line('a'), inner, line('c')], parameters=parameters)


def conv_net():
    program = [
        conv('stem.w'), norm('n1'), {'op': 'relu'}, {'op': 'maxpool', 'kernel': 2, 'stride': 2},
        {'op': 'residual', 'body': [conv('body.w', 'body.b', groups=2), {'op': 'relu'}], 'shortcut': []}, {'op': 'tap', 'name': 'after'},
        {'op': 'residual', 'body': [conv('down.w', stride=2), norm('n2'), {'op': 'relu'}], 'shortcut': [conv('skip.w', padding=0, stride=2)]},
        {'op': 'flatten', 'order': 'CHW'}, {'op': 'dropout', 'p': 0.5}, line('out'),
    ]
    parameters = [tensor('stem.w', 4, 2, 3, 3), tensor('n1.w', 4), tensor('n1.b', 4), tensor('body.w', 4, 2, 3, 3), tensor('body.b', 4),
                  tensor('down.w', 3, 4, 3, 3), tensor('n2.w', 3), tensor('n2.b', 3), tensor('skip.w', 3, 4, 1, 1), tensor('out.w', 3, 12), tensor('out.b', 3)]
    buffers = [tensor('n1.mean', 4), tensor('n1.var', 4), tensor('n2.mean', 3), tensor('n2.var', 3)]
    return dict(shape=(2, 8, 8), program=program, parameters=parameters, buffers=buffers, is_smooth=False)


def dense_net():
    program = [
        {'op': 'avgpool', 'kernel': 2, 'stride': 2},
        {'op': 'concat_front', 'body': [conv('one.w', 'one.b'), {'op': 'swish'}]},
        {'op': 'concat', 'branches': [[conv('two.w', 'two.b', groups=4), {'op': 'tanh'}], [], [conv('three.w', padding=0, stride=1), {'op': 'softplus'}]]},
        {'op': 'layernorm', 'weight': 'ln.w', 'bias': 'ln.b', 'eps': 1e-5},
        {'op': 'flatten', 'order': 'HWC'}, line('mid'), {'op': 'sigmoid'}, line('out'),
    ]
    parameters = [tensor('one.w', 2, 2, 3, 3), tensor('one.b', 2), tensor('two.w', 8, 1, 3, 3), tensor('two.b', 8), tensor('three.w', 1, 4, 1, 1),
                  tensor('ln.w', 3, 2), tensor('ln.b', 3, 2), tensor('mid.w', 5, 78), tensor('mid.b', 5), tensor('out.w', 3, 5), tensor('out.b', 3)]
    return dict(shape=(2, 6, 4), program=program, parameters=parameters)


def transformer():
    program = [
        {'op': 'embedding', 'weight': 'table'}, {'op': 'positional', 'weight': 'places'},
        {'op': 'residual', 'body': [
            {'op': 'layernorm', 'weight': 'l1.w', 'bias': 'l1.b', 'eps': 1e-5},
            {'op': 'attention', 'query': 'q', 'key': 'k', 'value': 'v', 'output': 'o', 'query_bias': 'qb', 'key_bias': 'kb', 'value_bias': 'vb', 'output_bias': 'ob', 'causal': True},
        ], 'shortcut': []},
        {'op': 'residual', 'body': [
            {'op': 'layernorm', 'weight': 'l2.w', 'bias': 'l2.b', 'eps': 1e-5}, line('up'), {'op': 'gelu', 'approximate': 'none'}, line('down'),
        ], 'shortcut': []},
        {'op': 'globalpool', 'kind': 'average'}, line('out'),
    ]
    parameters = [tensor('table', 6, 4), tensor('places', 5, 4), tensor('l1.w', 4), tensor('l1.b', 4), tensor('q', 3, 4), tensor('k', 3, 4), tensor('v', 5, 4), tensor('o', 4, 5),
                  tensor('qb', 3), tensor('kb', 3), tensor('vb', 5), tensor('ob', 4), tensor('l2.w', 4), tensor('l2.b', 4), tensor('up.w', 7, 4), tensor('up.b', 7),
                  tensor('down.w', 4, 7), tensor('down.b', 4), tensor('out.w', 3, 4), tensor('out.b', 3)]
    return dict(shape=(5,), program=program, parameters=parameters, rows=6)


def sequence_net():
    """Features of a sequence that stand there from the start, batch norm over them, no biases, all positions seen, the largest kept."""
    program = [
        norm('n'), {'op': 'attention', 'query': 'q', 'key': 'k', 'value': 'v', 'output': 'o', 'query_bias': None, 'key_bias': None, 'value_bias': None, 'output_bias': None, 'causal': False},
        {'op': 'concat_front', 'body': [{'op': 'linear', 'weight': 'f', 'bias': None}, {'op': 'elu', 'alpha': 0.7}]},
        {'op': 'globalpool', 'kind': 'max'}, line('out'),
    ]
    parameters = [tensor('n.w', 3), tensor('n.b', 3), tensor('q', 2, 3), tensor('k', 2, 3), tensor('v', 2, 3), tensor('o', 4, 2), tensor('f', 3, 4), tensor('out.w', 3, 7), tensor('out.b', 3)]
    return dict(shape=(4, 3), program=program, parameters=parameters, buffers=[tensor('n.mean', 3), tensor('n.var', 3)], is_smooth=False)


cases = [case('conv, batch norm, relu', 'crossEntropy', **conv_net()), case('joined branches', 'crossEntropy', **dense_net()),
         case('small transformer', 'crossEntropy', **transformer()), case('attention on features', 'crossEntropy', **sequence_net())]
for inner in [{'op': 'relu'}, {'op': 'leaky_relu', 'slope': 0.1}, {'op': 'elu', 'alpha': 1.3}, {'op': 'gelu', 'approximate': 'none'}, {'op': 'gelu', 'approximate': 'tanh'},
              {'op': 'swish'}, {'op': 'tanh'}, {'op': 'sigmoid'}, {'op': 'softplus'}]:
    smooth = inner['op'] not in ('relu', 'leaky_relu', 'elu')
    cases.append(case(' '.join(str(part) for part in inner.values()), 'crossEntropy', **mlp(inner), is_smooth=smooth))
for loss in ['softmaxSquaredError', 'focal', 'hinge', 'kullbackLeibler']:
    cases.append(case(loss, loss, **mlp({'op': 'tanh'}), is_smooth=loss != 'hinge'))
for loss in ['squaredError', 'absoluteError', 'huber', 'logCosh']:
    cases.append(case(loss, loss, **mlp({'op': 'tanh'}, 1), is_smooth=loss in ('squaredError', 'logCosh')))

provenance = f'PyTorch {torch.__version__}, float64, CPU, torch.autograd.grad twice; made by tests/network/derivativesGoldens.py'
json.dump({'provenance': provenance, 'cases': cases}, sys.stdout)
print()
