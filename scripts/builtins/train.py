"""
Trains a network that exportTraining.ts wrote, with PyTorch, and writes its checkpoints.

    python3 scripts/builtins/train.py DIR --epochs 20 --keep 0,2,6,12,20
    python3 scripts/builtins/train.py DIR --measure 256,128 [--half]

DIR holds network.json and samples.safetensors; trained.safetensors (checkpoints, buffers) and trained.json (the recipe and the
accuracies) are written beside them. --measure trains nothing: it writes measured.json, the loss and correct answers of every checkpoint on the
first training and the first test samples, which the built-in network carries, and on all of both; with --half at the weights rounded to
half precision, for a built-in that is stored so. The network is built from its program, so it is the very network of the zoo.
The recipe is the same for every network: SGD with Nesterov momentum, one rise and fall of the rate, weight decay on everything,
images mirrored, turned by quarters and moved by up to two pixels where that keeps their class (--augment).
"""
import argparse
import json
import math
import os
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F

KINDS = {'F32': np.float32, 'U8': np.uint8}


def read_safetensors(path):
    with open(path, 'rb') as file:
        data = file.read()
    (length,) = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    found = {}
    for name, entry in header.items():
        if name == '__metadata__':
            continue
        start, end = (8 + length + offset for offset in entry['data_offsets'])
        found[name] = np.frombuffer(data[start:end], dtype=KINDS[entry['dtype']]).reshape(entry['shape'])
    return found


def write_safetensors(path, tensors):
    header, parts, at = {}, [], 0
    for name, values in tensors.items():
        part = np.ascontiguousarray(values, dtype=np.float32).tobytes()
        header[name] = {'dtype': 'F32', 'shape': list(values.shape), 'data_offsets': [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text + b''.join(parts))


class Net:
    """Runs a layer program with PyTorch; only the steps that image networks of the zoo use."""

    def __init__(self, description):
        self.program = description['program']
        self.order = [(spec['name'], spec['shape']) for spec in description['parameter_order']]
        self.buffer_order = [(spec['name'], spec['shape']) for spec in description['buffers']]
        self.values, self.buffers = {}, {}
        for name, shape in self.order:
            if len(shape) >= 2:
                fan_in = int(np.prod(shape[1:]))
                value = torch.randn(shape) * math.sqrt(2 / fan_in)
            else:
                value = torch.zeros(shape)
            self.values[name] = value
        for step in self.steps(self.program):
            if step['op'] in ('batchnorm', 'layernorm'):
                self.values[step['weight']] = torch.ones_like(self.values[step['weight']])
        for name, shape in self.buffer_order:
            self.buffers[name] = torch.ones(shape) if name.endswith('running_var') else torch.zeros(shape)
        for value in self.values.values():
            value.requires_grad_(True)

    def steps(self, program):
        for step in program:
            yield step
            for inner in ('body', 'shortcut'):
                yield from self.steps(step.get(inner, []))

    def flat(self):
        return np.concatenate([self.values[name].detach().numpy().ravel() for name, _ in self.order])

    def flat_buffers(self):
        return np.concatenate([self.buffers[name].numpy().ravel() for name, _ in self.buffer_order] or [np.zeros(0, np.float32)])

    def run(self, x, training, program=None):
        w = self.values
        for step in self.program if program is None else program:
            op = step['op']
            if op == 'conv2d':
                x = F.conv2d(x, w[step['weight']], w[step['bias']] if step['bias'] else None, step['stride'], step['padding'])
            elif op == 'linear':
                x = F.linear(x, w[step['weight']], w[step['bias']])
            elif op == 'batchnorm':
                x = F.batch_norm(x, self.buffers[step['running_mean']], self.buffers[step['running_var']], w[step['weight']], w[step['bias']], training, 0.1, step['eps'])
            elif op == 'relu':
                x = F.relu(x)
            elif op == 'tanh':
                x = torch.tanh(x)
            elif op == 'avgpool':
                x = F.avg_pool2d(x, step['kernel'], step['stride'])
            elif op == 'maxpool':
                x = F.max_pool2d(x, step['kernel'], step['stride'])
            elif op == 'flatten':
                x = (x.permute(0, 2, 3, 1) if step['order'] == 'HWC' else x).flatten(1)
            elif op == 'dropout':
                x = F.dropout(x, step['p'], training)
            elif op == 'residual':
                x = self.run(x, training, step['body']) + self.run(x, training, step['shortcut'])
            elif op != 'tap':
                raise SystemExit(f'this program does not train {op}')
        return x

    def load(self, row, statistics):
        for values, order, flat in ((self.values, self.order, row), (self.buffers, self.buffer_order, statistics)):
            at = 0
            for name, shape in order:
                size = int(np.prod(shape))
                with torch.no_grad():
                    values[name].copy_(torch.from_numpy(flat[at:at + size].reshape(shape).copy()))
                at += size

    def measure(self, x, y):
        with torch.no_grad():
            outputs = torch.cat([self.run(part, False) for part in x.split(250)])
        return F.cross_entropy(outputs, y).item(), (outputs.argmax(1) == y).sum().item()


def augmented(x):
    """Each image mirrored or turned by quarters, and all moved by up to two pixels: for data whose classes do not mind."""
    x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(3), x)
    x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.flip(2), x)
    x = torch.where(torch.rand(len(x), 1, 1, 1) < 0.5, x.transpose(2, 3), x)
    dx, dy = np.random.randint(0, 5, 2)
    padded = F.pad(x, (2, 2, 2, 2), mode='replicate')
    return padded[:, :, dy:dy + x.shape[2], dx:dx + x.shape[3]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('directory')
    parser.add_argument('--epochs', type=int, default=20)
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--rate', type=float, default=0.1)
    parser.add_argument('--decay', type=float, default=5e-4)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', default='0')
    parser.add_argument('--augment', action='store_true')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--measure')
    parser.add_argument('--half', action='store_true')
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    np.random.seed(options.seed)
    torch.set_num_threads(options.threads)
    with open(os.path.join(options.directory, 'network.json')) as file:
        described = json.load(file)
    samples = read_safetensors(os.path.join(options.directory, 'samples.safetensors'))

    def tensors(name):
        # As the application reads them: bytes divided in double, rounded to float32.
        x = samples[f'{name}.x']
        x = (x / 255.0).astype(np.float32) if x.dtype == np.uint8 else x
        return torch.from_numpy(x.copy()).to(memory_format=torch.channels_last), torch.from_numpy(samples[f'{name}.y'].astype(np.int64))

    train_x, train_y = tensors('train')
    test_x, test_y = tensors('test')
    net = Net(described['network'])
    if options.measure:
        found = read_safetensors(os.path.join(options.directory, 'trained.safetensors'))
        whole = [(train_x, train_y), (test_x, test_y)]
        sets = [(x[:int(count)], y[:int(count)]) for (x, y), count in zip(whole, options.measure.split(','))] + whole
        measured = []
        for row, statistics in zip(found['checkpoints'], found['buffers']):
            net.load(row.astype(np.float16).astype(np.float32) if options.half else row, statistics)
            measured.append([{'samples': len(y), 'loss': loss, 'correct': correct} for (x, y) in sets for loss, correct in [net.measure(x, y)]])
        with open(os.path.join(options.directory, 'measured.json'), 'w') as file:
            json.dump(measured, file, indent=1)
        return
    optimiser = torch.optim.SGD(list(net.values.values()), lr=options.rate, momentum=0.9, nesterov=True, weight_decay=options.decay)
    per_epoch = math.ceil(len(train_x) / options.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=options.epochs * per_epoch, cycle_momentum=False, pct_start=0.2)
    keep = sorted({int(epoch) for epoch in options.keep.split(',')} | {options.epochs})
    rows, statistics, history = [], [], []
    start = time.time()
    # The untrained network gets the statistics of its own activations; those of no data would blow every output up.
    with torch.no_grad():
        for x in train_x.split(options.batch):
            net.run(x, True)
    for epoch in range(options.epochs + 1):
        if epoch > 0:
            for rows_of_batch in torch.randperm(len(train_x)).split(options.batch):
                x = train_x[rows_of_batch]
                loss = F.cross_entropy(net.run(augmented(x) if options.augment else x, True), train_y[rows_of_batch])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                schedule.step()
        if epoch in keep:
            rows.append(net.flat())
            statistics.append(net.flat_buffers())
            (train_loss, train_correct), (test_loss, test_correct) = net.measure(train_x, train_y), net.measure(test_x, test_y)
            train_accuracy, test_accuracy = 100 * train_correct / len(train_y), 100 * test_correct / len(test_y)
            history.append({'epoch': epoch, 'train_loss': train_loss, 'train_accuracy': train_accuracy, 'test_loss': test_loss, 'test_accuracy': test_accuracy})
            print(f'{time.time() - start:6.1f} s  epoch {epoch:3}  train {train_loss:.4f} {train_accuracy:5.1f} %  test {test_loss:.4f} {test_accuracy:5.1f} %', flush=True)
    write_safetensors(os.path.join(options.directory, 'trained.safetensors'), {'checkpoints': np.stack(rows), 'buffers': np.stack(statistics)})
    recipe = {key: value for key, value in vars(options).items() if key not in ('directory', 'keep', 'threads', 'measure', 'half')}
    with open(os.path.join(options.directory, 'trained.json'), 'w') as file:
        json.dump({'dataset': described['dataset'], 'seeds': described['seeds'], 'samples': {'train': len(train_x), 'test': len(test_x)}, 'recipe': recipe, 'torch': torch.__version__.split('+')[0], 'history': history}, file, indent=1)


main()
