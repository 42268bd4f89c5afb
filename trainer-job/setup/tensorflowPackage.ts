/** TensorFlow's Python package, as a wheel or where pip has installed it: the C library and headers that the addon is built against. */
import { join } from 'node:path';
import { BUILD_FILE } from '../backend/tensorflowBuild.js';
import { pythonInterpreter } from './config.js';
import { lastLines, type RunTool } from './runTool.js';
import { SetupError } from './setupError.js';

/**
 * Takes what the build needs out of a wheel or a folder, and writes down what TensorFlow was built for. `include/external` is most
 * of the headers and none of the C interface. TensorFlow itself is not started: it may want a processor, or a driver, that is not here.
 */
const UNPACK = `
import json, os, re, shutil, sys, zipfile
source, target, build_file = sys.argv[1:]
INFO = 'tensorflow/python/platform/build_info.py'

def wanted(name):
    library = name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
    header = name.startswith('tensorflow/include/') and not name.startswith('tensorflow/include/external/')
    return library or header

def from_wheel():
    with zipfile.ZipFile(source) as archive:
        for name in archive.namelist():
            if wanted(name):
                archive.extract(name, target)
        info = archive.read(INFO) if INFO in archive.namelist() else None
    return info, os.path.basename(source)

def from_folder():
    parent = os.path.dirname(os.path.abspath(source))
    for folder, folders, files in os.walk(source):
        inside = os.path.join('tensorflow', os.path.relpath(folder, source)).replace('/.', '')
        if inside == 'tensorflow':
            folders[:] = ['include']
        elif inside == 'tensorflow/include' and 'external' in folders:
            folders.remove('external')
        for name in files:
            if wanted(inside + '/' + name):
                os.makedirs(os.path.join(target, inside), exist_ok=True)
                shutil.copyfile(os.path.join(folder, name), os.path.join(target, inside, name))
    path = os.path.join(parent, INFO) if os.path.basename(source.rstrip('/')) == 'tensorflow' else None
    info = open(path, 'rb').read() if path and os.path.exists(path) else None
    names = [name for name in sorted(os.listdir(parent)) if name.endswith('.dist-info')]
    return info, next((name for name in names if re.match(r'tensorflow(_cpu|_gpu)?-', name)), '')

info, name = from_folder() if os.path.isdir(source) else from_wheel()
for library in ('libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include'):
    if not os.path.exists(os.path.join(target, 'tensorflow', library)):
        sys.exit(source + ' has no tensorflow/' + library)
build = {}
if info:
    exec(info, build)
about = build.get('build_info', {})
version = re.match(r'[a-z_]+-([^-]+?)(\\.dist-info)?(-|$)', name)
with open(os.path.join(target, build_file), 'w') as file:
    json.dump({
        'version': version.group(1) if version else 'unknown',
        'cuda': about.get('cuda_version') if about.get('is_cuda_build') else None,
        'cudnn': about.get('cudnn_version') if about.get('is_cuda_build') else None,
    }, file)
`;

/** Lays the two libraries and the headers into `target/tensorflow/`, and `target/tensorflow.json` beside it. */
export async function unpackTensorflow(run: RunTool, source: string, target: string): Promise<void> {
  const { exitCode, output } = await run([pythonInterpreter(), '-c', UNPACK, source, target, BUILD_FILE]);
  if (exitCode === 0) return;
  throw new SetupError(
    `TensorFlow could not be taken from ${source}:\n${lastLines(output)}`,
    'name a wheel or the folder "tensorflow" of an installed package that is whole (delete a damaged wheel), and keep 2 GB free on this disk',
  );
}

const FIND = `
import importlib.util
found = importlib.util.find_spec('tensorflow')
print(found.submodule_search_locations[0] if found and found.submodule_search_locations else '')
`;

/** The folder of the TensorFlow that the interpreter would import. */
export async function installedTensorflow(run: RunTool): Promise<string> {
  const python = pythonInterpreter();
  const { exitCode, stdout, output } = await run([python, '-c', FIND]);
  const folder = stdout.trim().split('\n').at(-1) ?? '';
  if (exitCode === 0 && folder !== '') return join(folder);
  throw new SetupError(
    `${python} has no TensorFlow installed${exitCode === 0 ? '' : `:\n${lastLines(output)}`}`,
    'name the interpreter that has it with PYTHON=, or the package with --tensorflow FOLDER',
  );
}
